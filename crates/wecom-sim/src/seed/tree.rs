//! Generates a realistic department tree: broad at the top, as deep as its shape allows, with unique names among
//! siblings.

use fastrand::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The root's name.
pub(super) const ROOT_NAME: &str = "示例集团";
/// The depth of a generated department tree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum SeedShape {
    /// At most three levels: the root, its departments and theirs.
    Flat,
    /// Three to six levels, as most corps have. A tree of 30 departments or more has six.
    #[default]
    Usual,
    /// Up to 15 levels, the most that WeCom allows. A tree of 30 departments or more has all of them.
    Deep,
}

impl SeedShape {
    /// Returns the deepest level; the root is level 1.
    fn deepest(self) -> u8 {
        match self {
            Self::Flat => 3,
            Self::Usual => 6,
            Self::Deep => 15,
        }
    }
}

/// A generated department; the root is the first.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) name: String,
    /// Index of the parent in the tree; the root is its own parent.
    pub(super) parent: usize,
    pub(super) level: u8,
    pub(super) children: u32,
    /// The topic, which determines the positions of the members.
    pub(super) topic: usize,
}

/// The topics of departments.
pub(super) const TOPICS: &[&str] = &[
    "研发",
    "产品",
    "市场",
    "销售",
    "客服",
    "财务",
    "人力资源",
    "行政",
    "法务",
    "采购",
    "物流",
    "质量",
    "制造",
    "数据",
    "安全",
    "测试",
    "运维",
    "设计",
    "品牌",
    "渠道",
    "供应链",
    "仓储",
    "工艺",
    "设备",
    "审计",
    "信息",
    "战略",
    "投资",
    "培训",
    "公关",
    "政企",
    "海外",
    "华东",
    "华南",
    "华北",
    "华中",
    "西南",
    "西北",
    "东北",
    "电商",
];

/// The name suffix of each level, from level 2 on.
const WORDS: [&str; 14] =
    ["中心", "事业部", "部", "分部", "处", "科", "室", "组", "小组", "班", "工段", "站", "队", "岗"];

/// Minimum number of departments for a chain down to the deepest level.
const ENOUGH_FOR_A_CHAIN: usize = 30;

/// Generates a tree of `count` departments, parents before children.
pub(super) fn draw(count: usize, shape: SeedShape, random: &mut Rng) -> Vec<Unit> {
    let deepest = shape.deepest();
    let mut units = Vec::with_capacity(count);
    units.push(Unit {
        name: ROOT_NAME.into(),
        parent: 0,
        level: 1,
        children: 0,
        topic: random.usize(..TOPICS.len()),
    });
    if count >= ENOUGH_FOR_A_CHAIN {
        for _ in 1..deepest {
            let last = units.len() - 1;
            found(&mut units, last);
        }
    }
    while units.len() < count {
        let parent = pick_parent(&units, deepest, random);
        found(&mut units, parent);
    }
    units
}

/// Prefers the older of two departments, which are higher in the tree, and departments with few children.
fn pick_parent(units: &[Unit], deepest: u8, random: &mut Rng) -> usize {
    let mut draw = || random.usize(..units.len()).min(random.usize(..units.len()));
    for _ in 0..8 {
        let place = draw();
        if units[place].level < deepest && units[place].children < 12 {
            return place;
        }
    }
    // The root always has room, up to WeCom's own limit, which no seed reaches.
    0
}

fn found(units: &mut Vec<Unit>, parent: usize) {
    let above = &mut units[parent];
    let place = above.children as usize;
    above.children += 1;
    let level = above.level + 1;
    // The first child of a department continues its topic; its siblings take the following topics.
    let topic = (above.topic + place) % TOPICS.len();
    let round = place / TOPICS.len();
    let word = WORDS[usize::from(level) - 2];
    let name = if round == 0 {
        format!("{}{word}", TOPICS[topic])
    } else {
        format!("{}{}{word}", TOPICS[topic], numeral(round + 1))
    };
    units.push(Unit { name, parent, level, children: 0, topic });
}

/// Returns 二, 三 … 十, then digits: the second department of a topic is "研发二部".
fn numeral(number: usize) -> String {
    const NUMERALS: [&str; 9] = ["二", "三", "四", "五", "六", "七", "八", "九", "十"];
    match number.checked_sub(2).and_then(|place| NUMERALS.get(place)) {
        Some(numeral) => (*numeral).into(),
        None => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn siblings_differ_and_no_one_is_too_deep() {
        let shapes = [(SeedShape::Flat, 3), (SeedShape::Usual, 6), (SeedShape::Deep, 15)];
        let counts = [1, 2, 29, 30, 500, 30_000];
        for (shape, most, count) in
            shapes.iter().flat_map(|(shape, most)| counts.map(|count| (*shape, *most, count)))
        {
            let units = draw(count, shape, &mut Rng::with_seed(3));
            assert_eq!(units.len(), count);
            let names: HashSet<_> = units.iter().map(|unit| (unit.parent, &unit.name)).collect();
            assert_eq!(names.len(), count, "of {count}");
            let deepest = units.iter().map(|unit| unit.level).max().unwrap();
            assert!(deepest <= most);
            assert!(deepest == most || count < ENOUGH_FOR_A_CHAIN, "{deepest} of {count}");
            assert!(deepest >= 3 || count < 29, "{deepest} of {count}");
            assert!(units.iter().skip(1).all(|unit| units[unit.parent].level + 1 == unit.level));
        }
    }
}
