//! The official samples, and vectors of this project that were computed by the official scheme.

use wecom_cipher::{Crypto, Query, decrypt_file, encrypt_file};

use crate::{key, query, target};

// Ciphertexts of samples B (doc 90968) and D, and of this project's own sample H.
const SAMPLE_B: &str = "\
    RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUp\
    j911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue\
    06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+\
    3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH\
    27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8\
    R07+qN+E7Q==\
";
const SAMPLE_D: &str = "\
    Kl7kjoSf6DMD1zh7rtrHjFaDapSCkaOnwu3bqLc5tAybhhMl9pFeK8NslNPVdMwmBQTNoW4mY7AIjeLvEl3NyeTkAgGz\
    BhzTtRLNshw2AEew+kkYcD+Fq72Kt00fT0WnN87hGrW8SqGc+NcT3mu87Ha3dz1pSDi6GaUA6A0sqfde0VJPQbZ9U+3J\
    WcoD4Z5jaU0y9GSh010wsHF8KZD24YhmZH4ch4Ka7ilEbjbfvhKkNL65HHL0J6EYJIZUC2pFrdkJ7MhmEbU2qARR4iQH\
    E7wy24qy0cRX3Mfp6iELcDNfSsPGjUQVDGxQDCWjayJOpcwocugux082f49HKYg84EpHSGXAyh+/oxwaWbvL6aSDPOYu\
    PDGOCI8jmnKiypE+\
";
const OWN_H: &str = "\
    sKqRbbiSUnDhFHOvPjtUMUx6o8/E2uRRniEu+jjdYMX7PCvfKzXTKLkR6gm8E3S2SZ+vpjj383+VncwV0OUtWxk/bZxs\
    NBIDx+jnuqweqLtQ5uVtDDDm6DGkwUf1KAP+ApTMeEx0QHhGr7eNSVx5SKQ9SlrxPX9i0RMQdg7cq1oqdaLVOC7nrw4T\
    SBVNW5cby5TqUGa0Z6Aj871PH0/qjIzr+At5+VwMjjrXJtyOmtYxNmaAXZ/jQJYfxecTlPYIVOyVWG0DJtc3MDjiSYdd\
    H8uCXpO2fs96LCntmG0Ea6mo3B7kTUk+gbPZ8E2B1c+3tdQSI+wo6IToBtotjJeUj/KKDxSjO1fLxE1ByyDqCMj9SaLh\
    ZsRSaHHuquGGoWrwdFHMxQQDkRiAJvHtCphu2WWR6TYNgNNPXj8YwmpAdD+z2Jso9UjEs/gE3ojUEYRSyW765/VuB0yg\
    zRX36eBJGg==\
";

const MESSAGE_B: &str = "<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName>
<FromUserName><![CDATA[mycreate]]></FromUserName>
<CreateTime>1409659813</CreateTime>
<MsgType><![CDATA[text]]></MsgType>
<Content><![CDATA[hello]]></Content>
<MsgId>4561255354251345929</MsgId>
<AgentID>218</AgentID>
</xml>";
const MESSAGE_D: &str = "<xml><ToUserName>ww1436e0e65a779aee</ToUserName><FromUserName>ChenJiaShun</FromUserName>\
    <CreateTime>1476422779</CreateTime><MsgType>text</MsgType><Content>你好</Content><MsgId>1456453720</MsgId>\
    <AgentID>1000002</AgentID></xml>";
const MESSAGE_H: &str = "<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName>\
    <FromUserName><![CDATA[sys]]></FromUserName><CreateTime>1700000000</CreateTime>\
    <MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_contact]]></Event>\
    <ChangeType>delete_user</ChangeType><UserID><![CDATA[wangfang]]></UserID></xml>";

/// The callback target of official samples C and D.
fn second_target() -> Crypto {
    Crypto::new(
        "hJqcu3uJ9Tn2gXPmxx2w9kkCkCE2EPYo",
        key("6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt"),
        "ww1436e0e65a779aee",
    )
}

fn delivery(encrypt: &str) -> String {
    format!("<xml><ToUserName><![CDATA[x]]></ToUserName><Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>")
}

#[test]
fn vector_a_verifies_a_url_from_its_raw_query() {
    let raw = "msg_signature=5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3&timestamp=1409659589&nonce=263014780\
        &echostr=P9nAzCzyDtyTWESHep1vC5X9xho%2FqYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp%2B4RPcs8TgAE7OaBO%2BFZXvnaqQ%3D%3D";
    assert_eq!(target().verify_url(&Query::parse(raw).unwrap()).unwrap(), "1616140317555161061");

    let sealed = target().seal_with(b"c41b64491c2468d0", "1616140317555161061", 1_409_659_589, "263014780");
    assert_eq!(query(&sealed).with_echostr(&*sealed.encrypt), Query::parse(raw).unwrap());
}

#[test]
fn vector_b_decrypts_a_message_with_thirty_bytes_of_padding() {
    let query = Query::new("477715d11cdb4164915debcba66cb864d751f3e6", "1409659813", "1372623149");
    assert_eq!(target().decrypt(&query, delivery(SAMPLE_B).as_bytes()).unwrap(), MESSAGE_B);

    let sealed = target().seal_with(b"0960688932c47ef1", MESSAGE_B, 1_409_659_813, "1372623149");
    assert_eq!(sealed.encrypt, SAMPLE_B);
    assert!(sealed.msg_signature.matches(&query.msg_signature));
}

#[test]
fn vector_c_verifies_a_url() {
    let query = Query::new("012bc692d0a58dd4b10f8dfe5c4ac00ae211ebeb", "1476416373", "47744683")
        .with_echostr(
            "fsi1xnbH4yQh0+PJxcOdhhK6TDXkjMyhEPA7xB2TGz6b+g7xyAbEkRxN/3cNXW9qdqjnoVzEtpbhnFyq6SVHyA==",
        );
    assert_eq!(second_target().verify_url(&query).unwrap(), "1288432023552776189");
}

#[test]
fn vector_d_decrypts_a_message_counted_in_bytes() {
    let query = Query::new("0c3914025cb4b4d68103f6bfc8db550f79dcf48e", "1476422779", "1597212914");
    assert_eq!(second_target().decrypt(&query, delivery(SAMPLE_D).as_bytes()).unwrap(), MESSAGE_D);
}

#[test]
fn vector_e_encrypts_with_given_random_bytes() {
    let crypto = Crypto::new("any", key("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"), "wxb11529c136998cb6");
    let sealed = crypto.seal_with(b"aaaabbbbccccdddd", "我是中文abcd123", 0, "n");
    assert_eq!(
        sealed.encrypt,
        "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="
    );
}

#[test]
fn vector_h_encrypts_signs_and_decrypts_a_contacts_event() {
    let sealed = target().seal_with(b"0123456789abcdef", MESSAGE_H, 1_700_000_000, "987654321");
    assert_eq!(sealed.encrypt, OWN_H);
    assert_eq!(sealed.msg_signature.as_str(), "a752325a1dbcbb400981c411883187cc25d615fc");
    let body = sealed.to_delivery_xml(crate::CORP, None);
    assert_eq!(target().decrypt(&query(&sealed), body.as_bytes()).unwrap(), MESSAGE_H);
}

#[test]
fn export_vectors_decrypt_and_encrypt() {
    use md5::Digest as _;
    let key = key("IJUiXNpvGbODwKEBSEsAeOAPAhkqHqNCF6g19t9wfg2");
    for (plain, md5, hex) in [
        (r#"{"userlist":[]}"#, "3317096e568d08f69d29fb1aced06059", EMPTY_LIST),
        (
            r#"{"userlist":[{"userid":"wangfang","name":"王芳","department":[2,7]}]}"#,
            "7d168078c49a140fb731448a3cc40abc",
            ONE_MEMBER,
        ),
    ] {
        let file = bytes(hex);
        assert_eq!(bytes(md5), md5::Md5::digest(&file).as_slice());
        assert_eq!(decrypt_file(&key, &file).unwrap(), plain.as_bytes());
        assert_eq!(encrypt_file(&key, plain.as_bytes()), file);
    }
}

const EMPTY_LIST: &str = "\
    284952082186d480b46e9071ed6706c176cd399ee8f509d4faa40227a9059dc4\
";
const ONE_MEMBER: &str = "\
    a8a344045901bdf34e084f6a12695483811e56150acd6565ec0ba6adef732ee1da99261dac69009644c5a7d7fcea\
    885cc94169c19a2d0b1abf6e11f1932a7ed025df521b6d265ce7039b0eb75d85b8e9cc9d56e88da66fc4bd109b98\
    44fd0932\
";

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |digit: u8| char::from(digit).to_digit(16).expect("a hexadecimal digit") as u8;
    hex.as_bytes().as_chunks::<2>().0.iter().map(|[high, low]| digit(*high) << 4 | digit(*low)).collect()
}
