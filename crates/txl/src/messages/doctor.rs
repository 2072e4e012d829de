//! `txl doctor`.

use std::{fmt::Display, io, path::Path};

use jiff::SignedDuration;
use wecom_contacts::{Bilingual, DepartmentId, Error, ErrorCode};
use wecom_directory::{Coverage, run::Stop};

use super::{Message, cells, counted, directory, field_names::field_name};
use crate::access::Caller;

pub(crate) fn problems(problems: usize) -> Message {
    message!(en: "{} found", counted(problems as u64, "problem"); zh: "发现 {} 个问题", problems)
}

pub(crate) fn correct_them() -> Message {
    message!(
        en: "correct what is marked PROBLEM (`\"state\":\"problem\"` with -o json), then run `txl doctor` again";
        zh: "请改正标有“问题”的各项（-o json 中为 `\"state\":\"problem\"`），再执行 `txl doctor`"
    )
}

pub(crate) fn to_try(remedy: &str) -> Message {
    message!(en: "try: {remedy}"; zh: "建议：{remedy}")
}

pub(crate) fn page(path: &str) -> Message {
    message!(en: "page: {path}"; zh: "页面：{path}")
}

pub(crate) fn of_report(text: &Bilingual) -> Message {
    message!(en: "{}", text.english; zh: "{}", text.chinese)
}

// Setup, clock and network.

pub(crate) fn version(version: &str) -> Message {
    message!(en: "txl {version}"; zh: "txl {version}")
}

pub(crate) fn source(corp: &str, profile: Option<&str>) -> Message {
    match profile {
        Some(profile) => {
            message!(en: "corp {corp}, from profile {profile}"; zh: "企业 {corp}，来自配置档 {profile}")
        }
        None => message!(en: "corp {corp}, from flags and variables"; zh: "企业 {corp}，来自参数和环境变量"),
    }
}

pub(crate) fn server_gives_no_time() -> Message {
    message!(en: "the server gives no time to compare with"; zh: "服务器没有给出可供比对的时间")
}

pub(crate) fn clock_is_right() -> Message {
    message!(en: "this machine's clock agrees with the server's"; zh: "本机时钟与服务器一致")
}

pub(crate) fn clock_is_off(ahead: SignedDuration) -> Message {
    let direction = if ahead.is_negative() { word!("behind", "慢") } else { word!("ahead of", "快") };
    message!(
        en: "this machine's clock is {} {direction} the server's", directory::age(ahead.abs());
        zh: "本机时钟比服务器{direction} {}", directory::age(ahead.abs())
    )
}

pub(crate) fn set_the_clock() -> Message {
    message!(
        en: "set the clock, by NTP: callbacks with an old time are refused, and tokens end at the wrong time";
        zh: "请用 NTP 校准时钟：时间过旧的回调会被拒绝，token 的过期时间也会出错"
    )
}

pub(crate) fn proxy_is_dead(host: &str, port: u16) -> Message {
    message!(en: "the proxy {host}:{port} does not answer"; zh: "代理 {host}:{port} 没有应答")
}

pub(crate) fn check_the_proxy() -> Message {
    message!(
        en: "start the proxy, or correct --proxy, the key `proxy` of the profile, or HTTPS_PROXY";
        zh: "请启动代理，或改正 --proxy、配置档中的 `proxy` 或 HTTPS_PROXY"
    )
}

pub(crate) fn not_through_the_proxy(server: &str, host: &str, port: u16, cause: &str) -> Message {
    message!(
        en: "the proxy {host}:{port} answers, but {server} cannot be reached through it: {cause}";
        zh: "代理 {host}:{port} 有应答，但无法经由它访问 {server}：{cause}"
    )
}

pub(crate) fn let_it_through() -> Message {
    message!(
        en: "let the proxy pass connections to qyapi.weixin.qq.com:443; a proxy that opens TLS needs --ca-cert";
        zh: "请让代理放行到 qyapi.weixin.qq.com:443 的连接；如果代理会解开 TLS，还需要 --ca-cert"
    )
}

pub(crate) fn server_is_unreachable(server: &str, cause: &str) -> Message {
    message!(en: "{server} cannot be reached: {cause}"; zh: "无法连接 {server}：{cause}")
}

pub(crate) fn check_the_network() -> Message {
    message!(
        en: "check --base-url, the firewall and the name server; `txl auth api-ips` lists WeCom's addresses";
        zh: "请检查 --base-url、防火墙和 DNS；`txl auth api-ips` 可列出企业微信的 IP"
    )
}

pub(crate) fn answer_is_unusable(error: &Error) -> Message {
    message!(en: "the answer is not WeCom's: {error}"; zh: "应答不是企业微信返回的：{}", error.report().message.chinese)
}

// Secrets and rights.

pub(crate) fn secret_is_not_given() -> Message {
    message!(en: "no secret is given"; zh: "没有给出 secret")
}

pub(crate) fn secret_is_good() -> Message {
    message!(en: "WeCom issues a token for it"; zh: "企业微信为它签发了 token")
}

pub(crate) fn corp_id_is_wrong() -> Message {
    message!(en: "no corp has this corp id (企业ID)"; zh: "没有企业使用这个企业ID")
}

pub(crate) fn copy_the_corp_id() -> Message {
    message!(en: "copy the corp id from the page"; zh: "请从该页面复制企业ID")
}

pub(crate) fn secret_is_wrong(caller: Caller) -> Message {
    match caller {
        Caller::Contacts => {
            message!(
                en: "WeCom refuses the secret: it is mistyped, of another corp, reset or revoked in the console, or API接口同步 is off";
                zh: "企业微信拒绝了 secret：可能写错、属于其他企业、已在管理后台重置或作废，或“API接口同步”没有开启"
            )
        }
        Caller::App => {
            message!(
                en: "WeCom refuses the secret: it is mistyped, of another corp or app, reset or revoked in the console, or the app is disabled";
                zh: "企业微信拒绝了 secret：可能写错、属于其他企业或其他应用、已在管理后台重置或作废，或应用已停用"
            )
        }
    }
}

pub(crate) fn copy_the_secret() -> Message {
    message!(
        en: "copy the present secret from the page; a secret that was reset is replaced everywhere";
        zh: "请从该页面复制当前的 secret；重置之后，所有使用处都要更换"
    )
}

pub(crate) fn refused(error: &Error) -> Message {
    message!(en: "{error}"; zh: "{}", error.report().message.chinese)
}

pub(crate) fn address_is_not_trusted(error: &Error) -> Message {
    message!(
        en: "this machine's address is not a trusted IP (企业可信IP): {error}";
        zh: "本机的地址不是企业可信IP：{}", error.report().message.chinese
    )
}

pub(crate) fn add_the_address() -> Message {
    message!(
        en: "add the address that the error names to 企业可信IP on the page; a new entry takes about a minute";
        zh: "请在该页面的“企业可信IP”中添加错误信息里的地址；约一分钟后生效"
    )
}

pub(crate) fn address_is_trusted() -> Message {
    message!(en: "calls from this address are accepted"; zh: "接受来自本机地址的调用")
}

pub(crate) fn contacts_reads_ids() -> Message {
    message!(en: "it lists all ids; details need the app's secret"; zh: "可以列出全部 id；读取详情需要应用的 secret")
}

pub(crate) fn contacts_reads_details() -> Message {
    message!(
        en: "it lists all ids and reads details, as only addresses from before 2022-08-15 may";
        zh: "可以列出全部 id 并读取详情，只有 2022-08-15 之前已有的 IP 才可以"
    )
}

pub(crate) fn contacts_secret_is_an_apps() -> Message {
    message!(
        en: "the secret given as contacts-sync (通讯录同步) is an app's: it reads details and may not list ids";
        zh: "当作“通讯录同步”给出的 secret 其实属于应用：它能读取详情，不能列出 id"
    )
}

pub(crate) fn app_secret_is_contacts_syncs() -> Message {
    message!(
        en: "the secret given as the app's is that of contacts-sync (通讯录同步): it lists ids and may not read details";
        zh: "当作应用给出的 secret 其实属于“通讯录同步”：它能列出 id，不能读取详情"
    )
}

pub(crate) fn give_each_its_own() -> Message {
    message!(
        en: "give the secret of contacts-sync as --contacts-secret, and the app's as --app-secret";
        zh: "请用 --contacts-secret 给出“通讯录同步”的 secret，用 --app-secret 给出应用的 secret"
    )
}

pub(crate) fn contacts_sync_is_off(code: ErrorCode) -> Message {
    message!(
        en: "contacts-sync may not list ids (errcode {code}): API接口同步 is off";
        zh: "“通讯录同步”不能列出 id（错误码 {code}）：“API接口同步”没有开启"
    )
}

pub(crate) fn switch_it_on() -> Message {
    message!(
        en: "switch on API接口同步, with the permission 编辑 to write or 读取 to read";
        zh: "请开启“API接口同步”；需要写入时权限选“编辑”，只读时选“读取”"
    )
}

pub(crate) fn writing_is_not_tested() -> Message {
    message!(
        en: "only a write would show it: with the permission 读取 (read-only) every write is refused, by 48002 or 60011";
        zh: "只有实际写入才能验证：权限为“读取”时，所有写入都会被拒绝，错误码为 48002 或 60011"
    )
}

pub(crate) fn permission_must_be_edit() -> Message {
    message!(
        en: "to write, the permission of API接口同步 must be 编辑通讯录, not 读取通讯录";
        zh: "要写入，“API接口同步”的权限必须是“编辑通讯录”，而不是“读取通讯录”"
    )
}

pub(crate) fn app_reads_details() -> Message {
    message!(en: "it reads details inside its visible range"; zh: "可以读取可见范围内的详情")
}

pub(crate) fn app_reads_nothing(code: ErrorCode) -> Message {
    message!(en: "the app may not list departments (errcode {code})"; zh: "应用不能列出部门（错误码 {code}）")
}

pub(crate) fn call_fails(endpoint: &str, how: impl Display) -> Message {
    message!(en: "`{endpoint}`: {how}"; zh: "`{endpoint}`：{how}")
}

// What the app sees.

pub(crate) fn app_sees_everything(departments: usize) -> Message {
    message!(
        en: "the app sees all {}", counted(departments as u64, "department");
        zh: "应用能看到全部 {} 个部门", departments
    )
}

/// `unseen` are some of the departments that the app does not see; `total` is the number of all, if it is known.
pub(crate) fn app_sees_a_part(seen: usize, total: Option<usize>, unseen: &[DepartmentId]) -> Message {
    let ids: Vec<_> = unseen.iter().map(ToString::to_string).collect();
    match total {
        Some(total) => {
            message!(
                en: "the app sees {seen} of {}; it does not see {}", counted(total as u64, "department"), ids.join(", ");
                zh: "{} 个部门中，应用能看到 {seen} 个；看不到的有 {}", total, ids.join("、")
            )
        }
        None => message!(
            en: "the app sees {}, without the root", counted(seen as u64, "department");
            zh: "应用能看到 {} 个部门，不含根部门", seen
        ),
    }
}

pub(crate) fn widen_the_range() -> Message {
    message!(
        en: "add the root department to the app's visible range (可见范围) on the page, if it is meant to see everybody";
        zh: "如果应用应当看到所有人，请在该页面将根部门加入应用的可见范围"
    )
}

pub(crate) fn no_member_to_look_at() -> Message {
    message!(en: "no member is in sight"; zh: "看不到任何成员")
}

pub(crate) fn no_field_is_hidden() -> Message {
    message!(
        en: "the app shows mobile, email and the other sensitive fields";
        zh: "应用能看到手机号、邮箱等敏感字段"
    )
}

pub(crate) fn fields_are_hidden(fields: &[&str]) -> Message {
    let fields: Vec<_> = fields.iter().map(|field| field_name(field)).collect();
    message!(
        en: "WeCom hides {} from this app, as from every app created after 2022-06-20", fields.join(", ");
        zh: "企业微信对该应用隐藏 {}；2022-06-20 之后创建的应用都是如此", fields.join("、")
    )
}

pub(crate) fn how_hidden_fields_are_read() -> Message {
    message!(
        en: "an app from before 2022-06-20 shows them; a member can also agree, by a login with snsapi_privateinfo (`txl auth authorize-url --private-info`)";
        zh: "2022-06-20 之前创建的应用可以看到；也可由成员以 snsapi_privateinfo 授权登录后读取（`txl auth authorize-url --private-info`）"
    )
}

// Callback URL.

pub(crate) fn no_callback_url() -> Message {
    message!(en: "no URL is given"; zh: "没有给出 URL")
}

pub(crate) fn give_a_callback_url() -> Message {
    message!(
        en: "--callback-url URL verifies it, with --callback-token and --callback-aes-key";
        zh: "用 --callback-url URL 验证，同时给出 --callback-token 和 --callback-aes-key"
    )
}

pub(crate) fn callback_url_is_none() -> Message {
    message!(en: "the URL is not one"; zh: "这不是合法的 URL")
}

pub(crate) fn callback_key_is_none(error: &impl Display) -> Message {
    message!(en: "the EncodingAESKey is not one: {error}"; zh: "EncodingAESKey 不正确：{error}")
}

pub(crate) fn callback_is_unreachable(error: &Message) -> Message {
    message!(en: "the URL cannot be reached: {error}"; zh: "无法访问该 URL：{error}")
}

pub(crate) fn serve_the_callback() -> Message {
    message!(
        en: "start the server behind it; WeCom reaches it over the internet, so check DNS, firewall and certificate from outside too";
        zh: "请启动 URL 背后的服务；企业微信从公网访问它，因此 DNS、防火墙和证书也要从外部检查"
    )
}

pub(crate) fn copy_the_callback_settings() -> Message {
    message!(
        en: "copy Token and EncodingAESKey from the page, with the same corp id on both sides";
        zh: "请从该页面复制 Token 和 EncodingAESKey，并确认两边的企业ID 相同"
    )
}

// Token store and mirror.

pub(crate) fn no_token_store() -> Message {
    message!(en: "none: each command requests its own token"; zh: "无：每条命令各自获取 token")
}

pub(crate) fn shared_token_store() -> Message {
    message!(en: "a shared store; it is used by the next command"; zh: "共享存储；下一条命令也会使用")
}

pub(crate) fn no_home_for_tokens() -> Message {
    message!(
        en: "no home directory is known, so each command requests its own token";
        zh: "主目录未知，因此每条命令各自获取 token"
    )
}

pub(crate) fn name_a_token_store() -> Message {
    message!(en: "name a file or `none` by --token-store"; zh: "请用 --token-store 指定文件或 `none`")
}

pub(crate) fn token_store_is_a_directory(path: &Path) -> Message {
    message!(en: "{} is a directory", path.display(); zh: "{} 是目录", path.display())
}

pub(crate) fn token_store_is_read_only(path: &Path) -> Message {
    message!(en: "{} is read-only", path.display(); zh: "{} 是只读的", path.display())
}

pub(crate) fn token_store_cannot_be_read(path: &Path, error: &io::Error) -> Message {
    message!(en: "{} cannot be read: {error}", path.display(); zh: "无法读取 {}：{error}", path.display())
}

pub(crate) fn token_store_is_usable(path: &Path) -> Message {
    message!(both: "{}", path.display())
}

pub(crate) fn token_store_is_new(path: &Path) -> Message {
    message!(en: "{} does not exist yet", path.display(); zh: "{} 尚不存在", path.display())
}

pub(crate) fn no_mirror() -> Message {
    message!(en: "there is none yet"; zh: "尚无镜像")
}

pub(crate) fn mirror_lacks_the_corp() -> Message {
    message!(en: "the mirror does not have this corp"; zh: "镜像中没有该企业")
}

pub(crate) fn pull_first() -> Message {
    message!(en: "fill it with `txl pull`"; zh: "请用 `txl pull` 填充")
}

pub(crate) fn no_complete_pull() -> Message {
    message!(en: "no pull of this corp is complete"; zh: "该企业没有过完整的拉取")
}

pub(crate) fn mirror_is_there(members: u64, age: SignedDuration, coverage: &Coverage) -> Message {
    message!(
        en: "{}, pulled {} ago; members {}, departments {}, tags {}",
        counted(members, "member"),
        directory::age(age),
        coverage.members,
        coverage.departments,
        coverage.tags;
        zh: "{members} 名成员，{}前拉取；成员{}，部门{}，标签{}",
        directory::age(age),
        cells::level(coverage.members),
        cells::level(coverage.departments),
        cells::level(coverage.tags)
    )
}

pub(crate) fn last_run_stopped(run: i64, stop: &Stop) -> Message {
    let why = super::run::stop(stop);
    message!(en: "run {run} stopped: {why}"; zh: "第 {run} 次执行已停止：{why}")
}

pub(crate) fn resume_it(run: i64) -> Message {
    message!(
        en: "remove the cause, then `txl apply --resume {run}`";
        zh: "请排除原因，再执行 `txl apply --resume {run}`"
    )
}
