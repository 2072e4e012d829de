//! Replies: any body given to any endpoint.

use std::{collections::HashMap, error::Error as _, sync::LazyLock};

use serde::Serialize;
use serde_json::Value;
use wecom_contacts::{
    Endpoint, Error, ErrorKind, auth, contact_rules, corp_groups, departments, exports, imports,
    linked_corps, media, members, tags,
};
use wecom_json::OrderedFields;

/// An endpoint's path and its reader.
type Reader = (&'static str, fn(&[u8]));

macro_rules! readers {
    ($($chapter:ident: $($endpoint:ident)*;)*) => {
        &[$($((<$chapter::$endpoint as Endpoint>::CALL.path(), decode::<$chapter::$endpoint>),)*)*]
    };
}

/// New endpoints go to the end, as inputs name them by number.
const READERS: &[Reader] = readers! {
    members: GetMember ListMembers ListMembersSimple ListMemberIds NewMember UpdateMember ToOpenId FromOpenId
        FindByMobile FindByEmail OpenUserIdsToUserIds Invitation GetJoinQrCode GetActiveStat GetTfaInfo;
    departments: NewDepartment ListDepartments ListDepartmentIds GetDepartment;
    tags: NewTag GetTag ListTags AddTagNodes RemoveTagNodes;
    imports: SyncMembers GetImportResult;
    exports: ExportMembers GetExportResult;
    media: UploadByUrl GetUploadByUrlResult;
    auth: GetUserInfo GetUserDetail GetApiDomainIp;
    contact_rules: CreateContactRules ListContactRules;
    linked_corps: GetLinkedPermissions GetLinkedMember ListLinkedMembersSimple ListLinkedMembers
        ListLinkedDepartments;
    corp_groups: ListAppShareInfo GetLowerCorpToken TransferSession ListChains ListChainGroups ListChainCorps
        GetChainCorp GetMemberCustomId ImportChainContacts GetContactsJob ListChainRuleIds GetChainRule
        AddChainRule UnionIdToExternalUserId UnionIdToPendingId ExternalUserIdToPendingId;
};

/// Decodes the body as the reply of the endpoint that the first byte chooses. What decodes is written and read back the
/// same, a refusal is never taken for anything else, and no error quotes the body.
pub fn envelope(data: &[u8]) {
    let Some((which, body)) = data.split_first() else { return };
    let (_, read) = READERS[usize::from(*which) % READERS.len()];
    read(body);
}

/// A seed, if the path's endpoint is among the readers.
pub(crate) fn seed(path: &str, body: &[u8]) -> Option<Vec<u8>> {
    static NUMBERS: LazyLock<HashMap<String, u8>> = LazyLock::new(|| {
        let numbered = READERS.iter().zip(0..);
        numbered.map(|((path, _), number)| (path.replace('/', "_"), number)).collect()
    });
    Some([&[*NUMBERS.get(path)?], body].concat())
}

fn decode<E: Endpoint>(body: &[u8])
where
    E::Reply: Serialize,
{
    let decoded = E::decode(body);
    if let Some(code) = refusal(body) {
        match &decoded {
            Err(error) => assert_eq!(error.code().map(|code| i64::from(code.0)), Some(code), "{error}"),
            Ok(_) => panic!("errcode {code} was overlooked"),
        }
    }
    match decoded {
        Ok(reply) => {
            assert_eq!(body.trim_ascii_start().first(), Some(&b'{'));
            let written = serde_json::to_value(&reply).expect("a reply is JSON");
            if !written.is_null() {
                let body = serde_json::to_vec(&written).expect("a value is JSON");
                let again = E::decode(&body).unwrap_or_else(|error| panic!("{error:?}: {written}"));
                assert_eq!(serde_json::to_value(&again).expect("a reply is JSON"), written);
            }
        }
        Err(error) if matches!(error.kind(), ErrorKind::Malformed(_)) => {
            let said = chain(&error);
            for digits in body.split(|byte| !byte.is_ascii_digit()).filter(|digits| digits.len() > 6) {
                let digits = String::from_utf8_lossy(digits);
                assert!(!said.contains(&*digits), "{said} quotes the body");
            }
        }
        Err(error) => assert!(error.code().is_some_and(|code| code.0 != 0), "{error}"),
    }
}

/// The errcode of a body that is a refusal beyond doubt: JSON that names both keys once, with values of their types.
fn refusal(body: &[u8]) -> Option<i64> {
    let OrderedFields(members) = serde_json::from_slice(body).ok()?;
    let named = |wanted: &str| {
        let mut values = members.iter().filter(|(key, _)| key == wanted).map(|(_, value)| value);
        (values.next(), values.next())
    };
    let (Some(code), None) = named("errcode") else { return None };
    let (None | Some(Value::String(_)), None) = named("errmsg") else { return None };
    code.as_i64().filter(|code| *code != 0 && i32::try_from(*code).is_ok())
}

fn chain(error: &Error) -> String {
    let mut said = format!("{error} {error:?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        said += &format!(" {error} {error:?}");
        cause = error.source();
    }
    said
}
