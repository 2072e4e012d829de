//! Names of generated people. The names are common in China, and each character has its pinyin, so that userids match
//! the names. The weights of the surnames follow the order and the approximate shares of the national census. No name
//! belongs to a real person.

use std::collections::HashMap;

use fastrand::Rng;

/// Surname, pinyin, frequency per ten thousand.
const SURNAMES: &[(&str, &str, u32)] = &[
    ("王", "wang", 715),
    ("李", "li", 710),
    ("张", "zhang", 680),
    ("刘", "liu", 520),
    ("陈", "chen", 460),
    ("杨", "yang", 320),
    ("黄", "huang", 245),
    ("赵", "zhao", 225),
    ("吴", "wu", 220),
    ("周", "zhou", 212),
    ("徐", "xu", 170),
    ("孙", "sun", 160),
    ("马", "ma", 134),
    ("朱", "zhu", 132),
    ("胡", "hu", 129),
    ("郭", "guo", 125),
    ("何", "he", 118),
    ("林", "lin", 117),
    ("高", "gao", 110),
    ("罗", "luo", 108),
    ("郑", "zheng", 104),
    ("梁", "liang", 98),
    ("谢", "xie", 88),
    ("宋", "song", 82),
    ("唐", "tang", 78),
    ("许", "xu", 76),
    ("韩", "han", 74),
    ("邓", "deng", 72),
    ("冯", "feng", 70),
    ("曹", "cao", 68),
    ("彭", "peng", 64),
    ("曾", "zeng", 62),
    ("肖", "xiao", 60),
    ("田", "tian", 58),
    ("董", "dong", 56),
    ("潘", "pan", 54),
    ("袁", "yuan", 52),
    ("蔡", "cai", 51),
    ("蒋", "jiang", 50),
    ("余", "yu", 49),
    ("于", "yu", 48),
    ("杜", "du", 47),
    ("叶", "ye", 46),
    ("程", "cheng", 45),
    ("魏", "wei", 44),
    ("苏", "su", 43),
    ("吕", "lv", 42),
    ("丁", "ding", 41),
    ("任", "ren", 40),
    ("卢", "lu", 39),
    ("姚", "yao", 38),
    ("沈", "shen", 37),
    ("钟", "zhong", 36),
    ("姜", "jiang", 35),
    ("崔", "cui", 34),
    ("谭", "tan", 33),
    ("陆", "lu", 32),
    ("范", "fan", 31),
    ("汪", "wang", 30),
    ("廖", "liao", 29),
    ("石", "shi", 28),
    ("金", "jin", 27),
    ("韦", "wei", 26),
    ("贾", "jia", 25),
    ("夏", "xia", 24),
    ("付", "fu", 23),
    ("方", "fang", 22),
    ("邹", "zou", 21),
    ("熊", "xiong", 20),
    ("白", "bai", 19),
    ("孟", "meng", 18),
    ("秦", "qin", 17),
    ("邱", "qiu", 16),
    ("侯", "hou", 15),
    ("江", "jiang", 14),
    ("尹", "yin", 13),
    ("薛", "xue", 12),
    ("闫", "yan", 11),
    ("段", "duan", 10),
    ("雷", "lei", 9),
    ("龙", "long", 8),
    ("史", "shi", 7),
    ("陶", "tao", 6),
    ("欧阳", "ouyang", 5),
    ("司马", "sima", 1),
    ("诸葛", "zhuge", 1),
];

/// Characters of men's given names.
const MEN: &[(&str, &str)] = &[
    ("伟", "wei"),
    ("强", "qiang"),
    ("磊", "lei"),
    ("军", "jun"),
    ("勇", "yong"),
    ("杰", "jie"),
    ("涛", "tao"),
    ("超", "chao"),
    ("明", "ming"),
    ("刚", "gang"),
    ("平", "ping"),
    ("辉", "hui"),
    ("鹏", "peng"),
    ("华", "hua"),
    ("飞", "fei"),
    ("波", "bo"),
    ("斌", "bin"),
    ("宇", "yu"),
    ("浩", "hao"),
    ("凯", "kai"),
    ("健", "jian"),
    ("俊", "jun"),
    ("帆", "fan"),
    ("帅", "shuai"),
    ("旭", "xu"),
    ("宁", "ning"),
    ("龙", "long"),
    ("林", "lin"),
    ("阳", "yang"),
    ("建", "jian"),
    ("峰", "feng"),
    ("志", "zhi"),
    ("文", "wen"),
    ("博", "bo"),
    ("轩", "xuan"),
    ("泽", "ze"),
    ("睿", "rui"),
    ("晨", "chen"),
    ("子", "zi"),
    ("天", "tian"),
    ("家", "jia"),
    ("国", "guo"),
    ("海", "hai"),
    ("云", "yun"),
    ("东", "dong"),
    ("成", "cheng"),
    ("庆", "qing"),
    ("永", "yong"),
    ("立", "li"),
    ("少", "shao"),
];

/// Characters of women's given names.
const WOMEN: &[(&str, &str)] = &[
    ("芳", "fang"),
    ("娜", "na"),
    ("敏", "min"),
    ("静", "jing"),
    ("丽", "li"),
    ("艳", "yan"),
    ("娟", "juan"),
    ("霞", "xia"),
    ("秀", "xiu"),
    ("燕", "yan"),
    ("玲", "ling"),
    ("丹", "dan"),
    ("萍", "ping"),
    ("红", "hong"),
    ("玉", "yu"),
    ("洁", "jie"),
    ("梅", "mei"),
    ("琳", "lin"),
    ("雪", "xue"),
    ("倩", "qian"),
    ("婷", "ting"),
    ("慧", "hui"),
    ("莹", "ying"),
    ("颖", "ying"),
    ("佳", "jia"),
    ("欣", "xin"),
    ("怡", "yi"),
    ("雨", "yu"),
    ("梦", "meng"),
    ("瑶", "yao"),
    ("琪", "qi"),
    ("璐", "lu"),
    ("晓", "xiao"),
    ("思", "si"),
    ("嘉", "jia"),
    ("诗", "shi"),
    ("涵", "han"),
    ("彤", "tong"),
    ("露", "lu"),
    ("薇", "wei"),
    ("月", "yue"),
    ("春", "chun"),
    ("淑", "shu"),
    ("桂", "gui"),
    ("兰", "lan"),
    ("凤", "feng"),
    ("小", "xiao"),
    ("若", "ruo"),
    ("冰", "bing"),
    ("媛", "yuan"),
];

/// One of five given names has a single character.
const SHORT_NAMES_IN_TEN: u32 = 2;

/// Generates people with unique userids.
#[derive(Debug)]
pub(super) struct People {
    surnames: Vec<(u32, usize)>,
    total: u32,
    /// Number of uses of each pinyin.
    taken: HashMap<String, u32>,
}

/// A generated person.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) userid: String,
    pub(super) name: String,
    pub(super) is_woman: bool,
}

impl People {
    pub(super) fn new() -> Self {
        let mut total = 0;
        let surnames = SURNAMES
            .iter()
            .enumerate()
            .map(|(place, (.., weight))| {
                total += weight;
                (total, place)
            })
            .collect();
        Self { surnames, total, taken: HashMap::new() }
    }

    pub(super) fn draw(&mut self, random: &mut Rng) -> Person {
        let ticket = random.u32(..self.total);
        let place = self.surnames.partition_point(|(up_to, _)| *up_to <= ticket);
        let (surname, spelled, _) = SURNAMES[self.surnames[place].1];
        let is_woman = random.u32(..100) < 46;
        let characters = if is_woman { WOMEN } else { MEN };
        let mut name = String::with_capacity(12);
        let mut pinyin = String::with_capacity(24);
        name.push_str(surname);
        pinyin.push_str(spelled);
        let length = if random.u32(..10) < SHORT_NAMES_IN_TEN { 1 } else { 2 };
        for _ in 0..length {
            // Common characters are first in the list; the lower of two random positions prefers them.
            let place = random.usize(..characters.len()).min(random.usize(..characters.len()));
            let (character, spelled) = characters[place];
            name.push_str(character);
            pinyin.push_str(spelled);
        }
        Person { userid: self.own_userid(pinyin), name, is_woman }
    }

    /// Returns a unique userid: the second 王伟 is `wangwei2`. No pinyin ends in a digit, so numbered userids differ
    /// from plain ones.
    fn own_userid(&mut self, pinyin: String) -> String {
        match self.taken.get_mut(&pinyin) {
            Some(count) => {
                *count += 1;
                format!("{pinyin}{count}")
            }
            None => {
                self.taken.insert(pinyin.clone(), 1);
                pinyin
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn userids_are_unique_and_read_like_the_name() {
        let mut random = Rng::with_seed(7);
        let mut people = People::new();
        let drawn: Vec<_> = (0..20_000).map(|_| people.draw(&mut random)).collect();
        let userids: HashSet<_> = drawn.iter().map(|person| person.userid.as_str()).collect();
        assert_eq!(userids.len(), drawn.len());
        let wang = drawn.iter().find(|person| person.name.starts_with('王')).unwrap();
        assert!(wang.userid.starts_with("wang"), "{wang:?}");
    }

    #[test]
    fn common_surnames_are_common() {
        let mut random = Rng::with_seed(7);
        let mut people = People::new();
        let wangs = (0..10_000).filter(|_| people.draw(&mut random).name.starts_with('王')).count();
        assert!((600..1300).contains(&wangs), "{wangs} of 10000");
    }
}
