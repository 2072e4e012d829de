//! Derived ids: `openid` (of WeChat) and `open_userid` (of a provider's app). Both can be decoded without a table.

use super::{corp::Corp, members::MemberNo};

const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
const INVERSE: u64 = inverse(ODD);
const MASK: u64 = 0x5eed_0f0e_0d0c_0b0a;

/// Each step of Newton's iteration doubles the number of correct bits.
const fn inverse(odd: u64) -> u64 {
    let mut inverse = odd;
    let mut round = 0;
    while round < 5 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(odd.wrapping_mul(inverse)));
        round += 1;
    }
    inverse
}

fn disguised(salt: u32, no: MemberNo) -> u64 {
    (u64::from(salt) << 32 | u64::from(no)).wrapping_mul(ODD) ^ MASK
}

fn undisguised(salt: u32, text: &str) -> Option<MemberNo> {
    if text.len() != 16 || text.bytes().any(|byte| !matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let value = (u64::from_str_radix(text, 16).ok()? ^ MASK).wrapping_mul(INVERSE);
    (value >> 32 == u64::from(salt)).then_some(value as MemberNo)
}

impl Corp {
    /// Makes the ids of different corps differ.
    fn salt(&self) -> u32 {
        let mix = |sum: u32, byte: u8| sum.wrapping_mul(31).wrapping_add(byte.into());
        self.id.bytes().fold(7, mix)
    }

    /// Returns the openid, with 28 characters.
    pub(crate) fn openid(&self, no: MemberNo) -> String {
        format!("oWeComSimId-{:016x}", disguised(self.salt(), no))
    }

    pub(crate) fn number_of_openid(&self, openid: &str) -> Option<MemberNo> {
        undisguised(self.salt(), openid.strip_prefix("oWeComSimId-")?)
    }

    /// Returns the `open_userid`, with 32 characters. Each app gets a different id for the same member.
    pub(crate) fn open_userid(&self, agent_id: u32, no: MemberNo) -> String {
        format!("woWeComSimId--{:016x}", disguised(self.salt() ^ agent_id, no))
    }

    pub(crate) fn number_of_open_userid(&self, agent_id: u32, open_userid: &str) -> Option<MemberNo> {
        undisguised(self.salt() ^ agent_id, open_userid.strip_prefix("woWeComSimId--")?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_only_with_its_salt() {
        for no in [0, 1, 77, MemberNo::MAX] {
            let text = format!("{:016x}", disguised(9, no));
            assert_eq!(undisguised(9, &text), Some(no));
            assert_eq!(undisguised(8, &text), None);
        }
        assert_eq!(undisguised(9, "zhangsan"), None);
    }
}
