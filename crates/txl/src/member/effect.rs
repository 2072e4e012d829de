//! Notes after an update of a member: the replaced departments, and whether WeCom stored the new mobile number.

use wecom_contacts::{
    Seen, UserId,
    members::{Member, MemberPatch, MemberStatus},
};

use crate::{
    access::Access,
    failure::{Failure, Result, printable},
    messages::{self, Message},
    output::say,
};

/// The known state of a member before an update that replaces the departments.
pub(super) struct Before {
    userid: String,
    /// The departments, and whether the member leads each. `None` if no credential can read them.
    departments: Option<Message>,
}

impl Before {
    /// Reads the member as the app if it is set, otherwise as contacts-sync, which needs the rights of before 2022.
    ///
    /// # Errors
    ///
    /// Fails only if a credential is malformed. If the member cannot be read, its state is unknown.
    pub(super) async fn read(access: &Access, userid: &str) -> Result<Self> {
        let member = access.reader()?.members().get(userid).await.ok();
        let departments = member.map(|member| {
            let flags = member.is_leader_in_dept.as_deref().unwrap_or_default();
            messages::member::departments(member.department.as_deref().unwrap_or_default(), flags)
        });
        Ok(Self { userid: userid.to_owned(), departments })
    }

    /// Prints the old and the new departments.
    pub(super) fn say(&self, patch: &MemberPatch) {
        let Some(departments) = &patch.department else { return };
        let after = messages::member::departments(
            departments,
            patch.is_leader_in_dept.as_deref().unwrap_or_default(),
        );
        let userid = &self.userid;
        match &self.departments {
            Some(before) => say(messages::member::departments_changed(userid, before, &after)),
            None => say(messages::member::departments_replaced(userid, &after)),
        }
    }
}

/// Reads a member again after a change of the mobile number. WeCom drops the new number without an error if the member has activated (已激活).
///
/// # Errors
///
/// Fails if the stored number differs from the sent one.
pub(super) async fn check_mobile(access: &Access, userid: &UserId, sent: &str) -> Result {
    let Some(app) = access.app_if_given()? else {
        say(messages::member::mobile_was_not_read_back());
        return Ok(());
    };
    let member = match app.members().get(userid.clone()).await {
        Ok(member) => member,
        Err(error) => {
            let error = printable(&error.to_string());
            say(messages::member::mobile_cannot_be_read_back(&error));
            return Ok(());
        }
    };
    match mobile_update(&member, sent) {
        MobileUpdate::Stored => Ok(()),
        MobileUpdate::Dropped => Err(Failure::new(messages::member::mobile_was_not_changed(userid))
            .remedy(messages::member::how_a_mobile_changes())),
        MobileUpdate::Unknown => {
            say(messages::member::mobile_is_hidden(matches!(
                member.status,
                Seen::Known(MemberStatus::Activated)
            )));
            Ok(())
        }
    }
}

/// Whether WeCom stored a new mobile number.
#[derive(Debug, PartialEq, Eq)]
enum MobileUpdate {
    Stored,
    Dropped,
    /// The number is hidden from the app.
    Unknown,
}

fn mobile_update(member: &Member, sent: &str) -> MobileUpdate {
    match member.mobile.as_deref() {
        Seen::Hidden | Seen::Known("") => MobileUpdate::Unknown,
        Seen::Known(there) if digits(there) == digits(sent) => MobileUpdate::Stored,
        Seen::Known(_) => MobileUpdate::Dropped,
    }
}

/// Returns the digits of a number without the code of mainland China, which replies omit.
fn digits(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    match digits.strip_prefix("86") {
        Some(national) if national.len() == 11 => national.to_owned(),
        _ => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_compared_without_its_spelling() {
        let member = |mobile: Option<&str>| {
            let mut member = Member::default();
            member.mobile = mobile.map(str::to_owned).into();
            member
        };
        for sent in ["13800000000", "+86 13800000000", "+86-138-0000-0000"] {
            assert_eq!(mobile_update(&member(Some("13800000000")), sent), MobileUpdate::Stored, "{sent}");
        }
        assert_eq!(mobile_update(&member(Some("13800000000")), "13900000000"), MobileUpdate::Dropped);
        assert_eq!(mobile_update(&member(None), "13900000000"), MobileUpdate::Unknown);
    }
}
