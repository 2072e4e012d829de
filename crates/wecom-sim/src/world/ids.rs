//! Ids in disguise: `openid` (WeChat's) and `open_userid` (a provider's app's). Both can be read back without a table.

use super::{corp::Corp, members::MemberNo};

const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
const INVERSE: u64 = inverse(ODD);
const MASK: u64 = 0x5eed_0f0e_0d0c_0b0a;

/// Newton's iteration doubles the right bits each time.
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
    /// Tells corps apart in what they hand out.
    fn salt(&self) -> u32 {
        let mix = |sum: u32, byte: u8| sum.wrapping_mul(31).wrapping_add(byte.into());
        self.id.bytes().fold(7, mix)
    }

    /// 28 characters.
    pub(crate) fn openid(&self, no: MemberNo) -> String {
        format!("oWeComSimId-{:016x}", disguised(self.salt(), no))
    }

    pub(crate) fn number_of_openid(&self, openid: &str) -> Option<MemberNo> {
        undisguised(self.salt(), openid.strip_prefix("oWeComSimId-")?)
    }

    /// 32 characters; each app sees the same member under another id.
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
