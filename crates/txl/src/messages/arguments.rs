//! What is wrong with an argument.

use std::ops::RangeInclusive;

use super::Message;

pub(crate) fn id_or_name_is_needed() -> Message {
    message!(en: "an id or a name is needed"; zh: "请给出 id 或名称")
}

pub(crate) fn whole_number_is_needed(bounds: &RangeInclusive<u64>) -> Message {
    message!(
        en: "a whole number from {} to {} is needed", bounds.start(), bounds.end();
        zh: "请给出 {} 到 {} 之间的整数", bounds.start(), bounds.end()
    )
}

pub(crate) fn value_without_flag(placeholder: &str, flag: &str) -> Message {
    message!(
        en: "give the value of <{placeholder}> alone, without {flag}";
        zh: "<{placeholder}> 直接写值，不要加 {flag}"
    )
}
