//! The seeds of the fuzzer: the sample bodies of `tests/wire`, the official vectors, and files of every kind.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use wecom_contacts::{
    EndpointInfo,
    endpoints::{self, Chapter},
};

use crate::{callback, ciphertext, envelope, framing, import, mending, workbook};

/// Returns the root of the workspace.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns all seeds of a target, always in the same order; none for an unknown name.
///
/// # Errors
///
/// Returns an error if the samples cannot be read.
pub fn seeds(target: &str) -> io::Result<Vec<Vec<u8>>> {
    Ok(match target {
        "callback" => callbacks()?,
        "ciphertext" => ciphertext::seeds(),
        "envelope" => replies()?,
        "framing" => documents()?,
        "import" => files(),
        "mending" => damaged()?,
        "roster" => rosters()?,
        "sheet" => sheets(),
        _ => Vec::new(),
    })
}

/// Returns the sample files of a chapter, by name.
fn samples(chapter: &str) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut samples = Vec::new();
    for entry in fs::read_dir(root().join("tests/wire").join(chapter))? {
        let entry = entry?;
        samples.push((entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?));
    }
    samples.sort();
    Ok(samples)
}

fn callbacks() -> io::Result<Vec<Vec<u8>>> {
    const QUERY: &str =
        "msg_signature=5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3&timestamp=1409659589&nonce=263014780";
    const ECHO: &str =
        "P9nAzCzyDtyTWESHep1vC5X9xho%2FqYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp%2B4RPcs8TgAE7OaBO%2BFZXvnaqQ%3D%3D";
    let sealed = callback::receiver().crypto().seal_with(b"0123456789abcdef", "<xml/>", 1_700_000_100, "n");
    let query = format!("msg_signature={}&timestamp=1700000100&nonce=n", sealed.msg_signature);
    let mut seeds = vec![
        callback::raw_seed(&query, &sealed.to_delivery_xml("wx5823bf96d3bd56c7", Some("218"))),
        callback::raw_seed(QUERY, "<xml><Encrypt><![CDATA[AAAA]]></Encrypt></xml>"),
        callback::wrapped_seed(
            "<xml><ToUserName><![CDATA[x]]></ToUserName><Encrypt><![CDATA[",
            "]]></Encrypt></xml>",
        ),
        callback::wrapped_seed("<xml><Encrypt>", "</Encrypt><AgentID>218</AgentID></xml>"),
        callback::verification_seed(&format!("{QUERY}&echostr={ECHO}")),
    ];
    seeds.extend(samples("callback")?.iter().map(|(_, message)| callback::message_seed(message)));
    Ok(seeds)
}

fn replies() -> io::Result<Vec<Vec<u8>>> {
    let refusal = br#"{"errcode":60111,"errmsg":"userid not found, hint: [1700000000_1_0123456789abcdef]"}"#;
    let mut seeds: Vec<_> =
        ["user_get", "user_list"].iter().filter_map(|path| envelope::seed(path, refusal)).collect();
    let chapters: BTreeSet<Chapter> = endpoints::ALL.iter().map(EndpointInfo::chapter).collect();
    for chapter in chapters {
        let samples = samples(chapter.name())?;
        let replies =
            samples.iter().filter_map(|(name, body)| envelope::seed(name.split_once(".reply.")?.0, body));
        seeds.extend(replies);
    }
    Ok(seeds)
}

fn documents() -> io::Result<Vec<Vec<u8>>> {
    let odd: [&[u8]; 4] = [
        br#"{"tagname":"T","userlist":[{"userid":"a","name":"\"]}[\\"}],"partylist":[1,2],"other":{"userlist":[1]}}"#,
        br#" { "user\u006cist" : [ 1 , true , null , -1.5e3 , [ ] , { } ] , "partylist" : null } "#,
        b"{\"userlist\":[1,]}",
        b"[]",
    ];
    let mut seeds: Vec<_> = odd.iter().map(|document| framing::seed(0x01, document)).collect();
    for name in ["user_list.reply.full.json", "user_list.reply.bare.json", "user_simplelist.reply.full.json"]
    {
        let body = fs::read(root().join("tests/wire/members").join(name))?;
        seeds.push(framing::seed(0x5b, &body));
    }
    for name in ["tag_get.reply.full.json", "tag_get.reply.bare.json"] {
        seeds.push(framing::seed(0x92, &fs::read(root().join("tests/wire/tags").join(name))?));
    }
    Ok(seeds)
}

fn damaged() -> io::Result<Vec<Vec<u8>>> {
    let odd: [&[u8]; 4] = [
        br#"{"a":"\ud83d","b":["C:\x","\u12"],"\ud83d\ude00":"\ude00"}"#,
        b"\xef\xbb\xbf[\"a\x00\x1f\xf0\x9f\x98\",1]",
        b"{\"a\":\"\xff\"\xff}",
        b"[\"a\\",
    ];
    let mut seeds: Vec<_> = odd.iter().map(|document| mending::seed(0, 0, document)).collect();
    for name in ["reply-broken-utf8.json", "reply-control-character.json", "export-without-its-list.json"] {
        seeds.push(mending::seed(0, 0, &fs::read(root().join("tests/cases").join(name))?));
    }
    for (place, damage, name) in
        [(3, 0xff, "user_list.reply.full.json"), (40, 0x14, "user_get.reply.full.json")]
    {
        seeds.push(mending::seed(place, damage, &fs::read(root().join("tests/wire/members").join(name))?));
    }
    Ok(seeds)
}

fn files() -> Vec<Vec<u8>> {
    const MEMBERS: &str = "姓名,帐号,手机号,邮箱,所在部门,职位,性别,是否部门内领导,排序,别名,地址,座机,禁用,工号\n\
        王芳,wangfang,13900000001,wangfang@example.com,1;2,工程师,女,1;0,5;0,Fang,\"广州, 市\",020-1,0,A1\n\
        刘洋,liuyang,+86 13900000002,,1,,男,,,,,,1,\n";
    const DEPARTMENTS: &str =
        "部门名称,部门ID,父部门ID,排序\n示例公司,1,0,1\n研发部,2,1,10\n平台组,7,2,20\n华东,12,1,4294967295\n";
    let with_mark = |text: &str| [b"\xef\xbb\xbf", text.as_bytes()].concat();
    // 姓名,帐号,所在部门 / 王芳,wangfang,1 in GBK.
    let gbk =
        b"\xd0\xd5\xc3\xfb,\xd5\xca\xba\xc5,\xcb\xf9\xd4\xda\xb2\xbf\xc3\xc5\n\xcd\xf5\xb7\xbc,wangfang,1\n";
    vec![
        import::file_seed(0, MEMBERS.as_bytes()),
        import::file_seed(1, &with_mark(MEMBERS)),
        import::file_seed(2, DEPARTMENTS.as_bytes()),
        import::file_seed(4, gbk),
        import::form_seed(0, MEMBERS.as_bytes()),
        import::form_seed(2, DEPARTMENTS.as_bytes()),
        import::file_seed(1, "帐号,姓名,所在部门\nzhangsan,张三,1\nZhangSan,张三,1\n".as_bytes()),
        import::file_seed(0, "帐号\r\nzhangsan\r\n\r\n lisi \r\n".as_bytes()),
        import::file_seed(2, "部门ID,父部门ID,部门名称\n3,4,甲\n4,3,乙\n".as_bytes()),
    ]
}

fn sheets() -> Vec<Vec<u8>> {
    const MEMBERS: &str = "填写须知\n姓名,账号*,手机号,邮箱,所在部门,性别,是否部门内领导,排序,禁用,备注\n\
        王芳 ,wangfang,'139 0000 0001,ｗａｎｇ＠example.com,\"1、2\",女,1;0,5;0,FALSE,x\n\
        刘洋,liuyang,+86-13900000002,,1,男,,,1,\"a,\"\"b\"\"\n\"\n\
        赵六,zhaoliu,1.3900000003E+10,,\"1,234\",,,,,#N/A\n";
    let utf16 = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
        std::iter::once(0xfeff).chain(MEMBERS.encode_utf16()).flat_map(order).collect()
    };
    let gbk = b"\xd0\xd5\xc3\xfb;\xd5\xca\xba\xc5\r\n\r\n\xcd\xf5\xb7\xbc;wangfang\r\n";
    let lines = "{\"userid\":\"a\",\"department\":[1,2],\"enable\":1,\"extattr\":{\"attrs\":[{\"name\":\"工号\",\"text\":{\"value\":\"A\"}}]}}\n\
        {\"userid\":\"b\",\"mobile\":1.39e10,\"name\":null}\n";
    let mut seeds = vec![
        MEMBERS.into(),
        [b"\xef\xbb\xbf", MEMBERS.as_bytes()].concat(),
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
        gbk.to_vec(),
        lines.into(),
        format!("[{}]", lines.trim_end().replace('\n', ",")).into(),
        "部门名称\t部门ID\t父部门ID\n示例公司\t1\t0\n研发部\t2.0\t１\n".into(),
    ];
    seeds.extend(workbooks());
    seeds
}

fn rosters() -> io::Result<Vec<Vec<u8>>> {
    const BY_BADGE: &str = "2026年花名册\n工号,姓名,联系电话,部门,主部门,部门负责人,直属上级（工号）,标签,状态,入职日期,籍贯\n\
        ００１７,王芳,'138 0000 0001,示例集团/华东；示例集团/研发,示例集团/研发,是;否,,党员;外包,在职,2026/1/5,广东\n\
        1E5,刘洋,1.38E+10,\"示例集团/华东\n示例集团/研发\",,示例集团/华东,0017,,离职,长期,\n\
        工号,姓名,联系电话,部门,,,,,,,\n,赵六,,,,,,,,,\n合计：3,,,,,,,,,,\n";
    const BY_ACCOUNT: &str = "帐号,姓名,所在部门,是否部门内领导,排序,性别,禁用,手机号,企业邮箱\n\
        a,王芳,2;7,1;0,5;0,女,0,+852 90000001,a@example.com\nb,刘洋,研发部,是,x,0,禁用,,,\n";
    const DEPARTMENTS: &str = "部门名称,上级部门,部门ID,父部门ID,英文名,排序,负责人\n\
        华东,示例集团,2,1,East,10,a；b\n研发/测试,,3,1,,x,\n合计：2,,,,,,\n";
    let lines = "{\"userid\":\"a\",\"department\":[2,7],\"main_department\":7,\"gender\":\"0\",\"tags\":[\"t\"],\
        \"extattr\":{\"attrs\":[{\"name\":\"工号\",\"text\":{\"value\":\"A\"}}]}}\n{\"userid\":\"b\",\"direct_leader\":[]}\n";
    let mut seeds: Vec<Vec<u8>> =
        [BY_BADGE, BY_ACCOUNT, DEPARTMENTS, lines].map(|text| text.as_bytes().to_vec()).into();
    seeds.push([b"\xef\xbb\xbf", BY_BADGE.as_bytes()].concat());
    for name in ["headings-with-blanks.csv", "rows-with-different-keys.jsonl", "order-negative.csv"] {
        seeds.push(fs::read(root().join("tests/cases").join(name))?);
    }
    seeds.extend(workbooks());
    Ok(seeds)
}

fn workbooks() -> Vec<Vec<u8>> {
    const STYLES: &str = "<numFmts><numFmt numFmtId=\"164\" formatCode=\"000-000;[Red]0&quot;号&quot;\"/></numFmts>\
        <cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/><xf numFmtId=\"14\"/></cellXfs>";
    const TEXTS: &str = "<si><t>姓名</t></si><si><r><t>帐</t></r><r><t xml:space=\"preserve\">号</t></r></si>\
        <si><t>王_x000D_芳</t><rPh sb=\"0\" eb=\"1\"><t>W</t></rPh></si>";
    let plain = "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c t=\"str\"><v>手机号</v></c></row>\
        <row r=\"2\"><c r=\"A2\" t=\"s\"><v>2</v></c><c s=\"1\"><v>7</v></c><c><v>13900000001</v></c><c s=\"2\"><v>46060.5</v></c></row>\
        <row hidden=\"1\"><c t=\"inlineStr\"><is><t>&#x5218;&amp;</t></is></c><c><f>B2</f><v/></c><c t=\"b\"><v>1</v></c><c t=\"e\"><v>#N/A</v></c></row>";
    let merged = "<row><c t=\"str\"><v>userid</v></c><c t=\"str\"><v>name</v></c></row>\
        <row><c t=\"str\"><v>a</v></c><c t=\"str\"><v>b</v></c></row><row><c t=\"str\"><v>c</v></c></row><row r=\"9\" ht=\"0\"><c r=\"B9\"/></row>";
    let below = "<mergeCells><mergeCell ref=\"B2:B4\"/><mergeCell ref=\"C1:F1\"/></mergeCells>";
    let open = "<table:table-row><table:table-cell office:value-type=\"string\"><text:p>userid</text:p></table:table-cell>\
        <table:table-cell office:value-type=\"string\" office:string-value=\"name\"/></table:table-row>\
        <table:table-row table:number-rows-repeated=\"3\" table:visibility=\"filter\"><table:table-cell office:value-type=\"float\" office:value=\"7\"><text:p>007</text:p></table:table-cell>\
        <table:table-cell table:number-rows-spanned=\"2\" table:number-columns-spanned=\"2\" office:value-type=\"date\" office:date-value=\"2026-02-07\"/><table:covered-table-cell/></table:table-row>\
        <table:table-row><table:table-cell table:formula=\"of:=A1\"/><table:table-cell table:number-columns-repeated=\"9\"><text:p>王<text:s text:c=\"2\"/></text:p><text:p/></table:table-cell></table:table-row>";
    vec![
        workbook::seed(workbook::XLSX, &[plain, "", STYLES, TEXTS, "<workbookPr date1904=\"1\"/>"]),
        workbook::seed(workbook::XLSX, &[merged, below, "", "", "<calcPr fullCalcOnLoad=\"1\"/>"]),
        workbook::seed(workbook::ODS, &[open]),
    ]
}
