//! Tests of the reports of all kinds of errors.

use std::io;

use super::*;
use crate::{ClientBuilder, ErrorBuilder, JobId, Secret, TransportFailure};

/// Returns at least one error of each kind.
fn every_kind() -> Vec<Error> {
    let parser = || serde_json::from_str::<u8>("x").unwrap_err();
    let job = || JobId::from("job-1");
    let why = || Bilingual::new("why", "原因");
    let mut kinds = vec![
        ErrorKind::NotWeCom { status: 502, content_type: Some("text/html".into()) },
        ErrorKind::NotWeCom { status: 204, content_type: None },
        ErrorKind::Malformed(parser()),
        ErrorKind::Incomplete(why()),
        ErrorKind::TooLarge { limit: 1024 },
        ErrorKind::EndpointClosed { reopens_in: Duration::from_millis(1_500) },
        ErrorKind::Unwritable(why()),
        ErrorKind::StillRunning { job: job(), waited: Duration::from_secs(60) },
        ErrorKind::JobFailed { job: job() },
        ErrorKind::CorruptFile { file: 0, offset: 43, why: why(), row: Some(parser()) },
        ErrorKind::TokenSource("vault sealed".into()),
        ErrorKind::Configuration(why()),
        ErrorKind::UnknownEndpoint { path: "user/gte".into(), nearest: Some("user/get") },
        ErrorKind::Refused { code: ErrorCode(60011), errmsg: "no privilege".into() },
        ErrorKind::Refused { code: ErrorCode(1), errmsg: "new".into() },
    ];
    for failure in [TransportFailure::NoConnection, TransportFailure::Timeout, TransportFailure::Broken] {
        kinds.push(ErrorKind::Transport { failure, source: "broken".into() });
    }
    {
        use wecom_cipher::Error as Cipher;
        let (expected, found) = ("ww1".into(), "ww2".into());
        kinds.extend(
            [
                Cipher::Signature,
                Cipher::MissingParameter { name: "nonce" },
                Cipher::Xml { reason: "no Encrypt element" },
                Cipher::Key { reason: "wrong length" },
                Cipher::ReceiveId { expected, found },
                Cipher::Random,
                Cipher::Decrypt,
                Cipher::NoEcho,
                Cipher::Base64,
            ]
            .map(ErrorKind::Cipher),
        );
    }
    kinds.into_iter().map(Error::from).collect()
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter))
}

#[test]
fn every_kind_of_error_speaks_both_languages() {
    let decorated = |error: Error| {
        let mut error = error;
        (error.0.attempts, error.0.may_have_applied) = (3, true);
        error
    };
    for error in every_kind().into_iter().chain(every_kind().into_iter().map(decorated)) {
        let report = error.report();
        assert_eq!(report.message.english, error.to_string());
        assert!(is_chinese(&report.message.chinese), "{report:?}");
        for remedy in &report.remedies {
            assert!(!remedy.english.is_empty() && is_chinese(&remedy.chinese), "{report:?}");
        }
        assert_eq!(report.remedies.first().map(|remedy| &*remedy.english), error.remedy());
    }
}

#[test]
fn a_report_survives_its_json() {
    for error in every_kind() {
        let mut report = error.report();
        let read: ErrorReport = serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap();
        report.retry_after = report.retry_after.map(|_| Duration::from_secs(2));
        assert_eq!(read, report, "{error:?}");
    }
}

#[test]
fn the_names_of_classes_are_stable() {
    let names: Vec<_> = every_kind()
        .iter()
        .map(|error| serde_json::to_value(error.report()).unwrap()["class"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        names,
        [
            "not_wecom",
            "not_wecom",
            "unusable_answer",
            "unusable_answer",
            "unusable_answer",
            "rate_limited",
            "unwritable",
            "still_running",
            "job_failed",
            "unusable_answer",
            "token_source",
            "configuration",
            "configuration",
            "permission",
            "unknown",
            "network",
            "timeout",
            "network",
            "not_authentic",
            "not_authentic",
            "not_authentic",
            "configuration",
            "not_authentic",
            "not_authentic",
            "not_authentic",
            "not_authentic",
            "not_authentic",
        ]
    );
    // An older release can read a report with a class that a newer release added.
    assert_eq!(serde_json::from_str::<Class>(r#""of tomorrow""#).unwrap(), Class::Unknown);
}

#[test]
fn a_report_of_a_lost_write_says_in_both_languages_what_is_not_known() {
    let error = Error::builder(ErrorKind::Transport {
        failure: TransportFailure::Timeout,
        source: io::Error::from(io::ErrorKind::TimedOut).into(),
    })
    .call("user/create")
    .attempts(2)
    .elapsed(Duration::from_millis(2_500))
    .may_have_applied(true)
    .build();
    assert_eq!(
        serde_json::to_value(error.report()).unwrap(),
        serde_json::json!({
            "class": "timeout",
            "call": "user/create",
            "errcode": null,
            "errmsg": null,
            "message": {
                "en": "`user/create`: the reply did not arrive in time; the change may have been applied anyway; given up after 2 attempts in 2.5 s",
                "zh": "`user/create`：等待响应超时；变更可能已经生效；共尝试 2 次，用时 2.5 秒，已放弃",
            },
            "causes": [{"en": "timed out", "zh": "超时"}],
            "remedies": [{
                "en": "the change may have been applied: read the existing data before you repeat the call",
                "zh": "变更可能已经生效：请先读取现有数据，再决定是否重新提交",
            }],
            "retry_after_seconds": null,
            "may_have_applied": true,
        })
    );
}

#[test]
fn a_report_of_a_closed_endpoint_says_when_it_opens() {
    let error: Error =
        ErrorBuilder::new(ErrorKind::EndpointClosed { reopens_in: Duration::from_millis(59_001) })
            .call("user/get")
            .into();
    let report = serde_json::to_value(error.report()).unwrap();
    assert_eq!(report["retry_after_seconds"], 60);
    assert_eq!(
        report["message"]["zh"],
        "`user/get`：未发送请求：调用频率超限（errcode 45009），该接口已被企业微信暂停，60 秒后恢复"
    );
}

#[test]
fn causes_are_named_once_and_a_long_one_is_cut() {
    let long = io::Error::other("x".repeat(10_000));
    let report = Error::from(ErrorKind::TokenSource(long.into())).report();
    assert_eq!(report.causes.len(), 1);
    assert!(report.causes[0].english.len() < 5_000, "{}", report.causes[0].english.len());
    let twice = Error::from(ErrorKind::TokenSource(Twice(io::Error::other("sealed")).into())).report();
    assert_eq!(twice.causes, [Bilingual::untranslated("sealed")]);
}

/// An error that repeats the text of its cause.
#[derive(Debug)]
struct Twice(io::Error);

impl Display for Twice {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Twice {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn what_a_client_is_built_with_is_found_fault_with_in_both_languages() {
    let built = |builder: ClientBuilder| builder.build().unwrap_err().report().message.chinese.into_owned();
    let client = || crate::Client::builder("ww1", Secret::contacts_sync("s3cret"));
    assert_eq!(
        built(client().proxy("ftp://user:pass@127.0.0.1")),
        "配置不可用：代理的协议是 `ftp`，仅支持 http 和 https"
    );
    assert_eq!(
        built(client().base_url("https://example.com/?x")),
        "配置不可用：base URL 不能带有查询参数和片段（#）"
    );
}

#[test]
fn the_usual_causes_have_chinese_words() {
    let cause = |cause: Box<dyn std::error::Error + Send + Sync>| {
        let report = Error::from(ErrorKind::TokenSource(cause)).report();
        report.causes.into_iter().map(|cause| cause.chinese.into_owned()).collect::<Vec<_>>()
    };
    assert_eq!(cause(io::Error::from(io::ErrorKind::ConnectionRefused).into()), ["连接被拒绝"]);
    assert_eq!(cause(Bilingual::new("it is empty", "为空").into()), ["为空"]);
    assert_eq!(cause(io::Error::other(Bilingual::new("it is empty", "为空")).into()), ["为空"]);
    assert_eq!(
        cause(rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer).into()),
        ["服务器证书无效（invalid peer certificate: UnknownIssuer）"]
    );
}
