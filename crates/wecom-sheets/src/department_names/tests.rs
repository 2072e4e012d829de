//! Lookups in corps with ambiguous names.

use super::*;

fn names() -> DepartmentNames {
    let departments = [
        (1, 0, "示例公司"),
        (2, 1, "研发部"),
        (3, 2, "测试组"),
        (4, 1, "销售部"),
        (5, 4, "测试组"),
        (6, 4, "示例公司"),
        (7, 1, "A/B"),
    ];
    DepartmentNames::new(departments.map(|(id, parent, name)| (id.into(), parent.into(), name)))
}

#[test]
fn a_path_an_end_and_a_unique_name_identify_one_department() {
    let names = names();
    for (text, id) in [
        ("示例公司/研发部/测试组", 3),
        (" 示例公司 ／ 研发部/", 2),
        ("示例公司/ 研发\u{200b}部", 2),
        ("研发部/测试组", 3),
        ("销售部", 4),
        // The path of the root has priority over the department of the same name below it.
        ("示例公司", 1),
        ("A/B", 7),
    ] {
        assert_eq!(names.id(text), Ok(id.into()), "{text}");
    }
    assert_eq!(names.path(3.into()), Some("示例公司/研发部/测试组"));
}

#[test]
fn an_unknown_or_ambiguous_name_is_an_error_with_its_candidates() {
    let names = names();
    assert_eq!(names.id("市场部"), Err(NameError::Unknown));
    assert_eq!(names.id(""), Err(NameError::Unknown));
    let Err(NameError::Ambiguous(paths)) = names.id("测试组") else { panic!() };
    assert_eq!(paths, ["示例公司/研发部/测试组 (3)", "示例公司/销售部/测试组 (5)"]);
}

#[test]
fn trap_40_a_cell_names_several_departments_with_common_delimiters() {
    let departments = [
        (1, 0, "示例公司"),
        (2, 1, "研发部"),
        (3, 2, "测试、交付组"),
        (4, 1, "销售部"),
        (5, 4, "交付组"),
        (6, 2, "测试"),
    ];
    let names = DepartmentNames::new(departments.map(|(id, parent, name)| (id.into(), parent.into(), name)));
    let ids = |cell: &str| names.ids(cell).map(|ids| ids.into_iter().map(|id| id.0).collect::<Vec<_>>());
    for cell in [
        "研发部;销售部",
        "示例公司/研发部；销售部",
        "研发部、 4",
        "研发部\n销售部",
        "研发部，销售部,研发部",
        "2|销售部;",
    ] {
        assert_eq!(ids(cell), Ok(vec![2, 4]), "{cell:?}");
    }
    // A name that contains a delimiter, alone and in a list.
    assert_eq!(ids("测试、交付组"), Ok(vec![3]));
    assert_eq!(ids("销售部、测试、交付组"), Ok(vec![4, 3]));
    assert_eq!(ids("研发部/测试；交付组"), Ok(vec![6, 5]));
    for path in ["示例公司>销售部", "示例公司 - 销售部", "示例公司\\销售部", "示例公司／销售部", "/销售部/"]
    {
        assert_eq!(ids(path), Ok(vec![4]), "{path}");
    }
    assert_eq!(ids("研发部;市场部"), Err(NameError::Unknown));
    assert_eq!(ids("99999999999"), Err(NameError::Unknown));
}

#[test]
fn a_cycle_of_parents_ends() {
    let names = DepartmentNames::new([(2.into(), 3.into(), "a"), (3.into(), 2.into(), "b")]);
    assert!(names.path(2.into()).is_some());
}

/// A corp with ambiguous names.
fn corp() -> DepartmentNames {
    let rows = [
        (1, 0, "示例公司"),
        (2, 1, "研发部"),
        (3, 1, "华东 大区"),
        (4, 3, "研发部"),
        (5, 4, "前端/后端组"),
        (6, 3, "示例公司"),
        (7, 6, "研发部"),
        (8, 1, "2025"),
        (9, 77, "看不见上级"),
    ];
    DepartmentNames::new(rows.map(|(id, parent, name)| (id.into(), parent.into(), name)))
}

#[test]
fn a_unique_name_a_unique_end_and_a_whole_path_have_one_candidate() {
    let corp = corp();
    let ids = |text: &str| corp.candidates(text).iter().map(|(id, _)| id.0).collect::<Vec<_>>();
    for (text, id) in [
        ("华东 大区", 3),
        (" 华东 大区 / 研发部 ", 4),
        ("华东 大区／研发部", 4),
        ("示例公司/华东 大区/研发部", 4),
        ("示例公司/研发部", 2),
        ("/研发部", 2),
        ("／研发部", 2),
        ("/示例公司/研发部", 2),
        ("/华东 大区/示例公司", 6),
        ("/示例公司", 1),
        ("前端/后端组", 5),
        ("后端组", 5),
        ("看不见上级", 9),
        ("示例公司/2025", 8),
    ] {
        assert_eq!(ids(text), [id], "{text}");
    }
    for text in ["", "/", "东 大区", "部", "不存在", "公司/研发部"] {
        assert_eq!(corp.candidates(text), [], "{text}");
    }
    assert_eq!(corp.path(5.into()), Some("示例公司/华东 大区/研发部/前端/后端组"));
}

#[test]
fn a_name_of_several_departments_has_them_all_as_candidates() {
    let corp = corp();
    let several = [
        (2.into(), "示例公司/研发部"),
        (4.into(), "示例公司/华东 大区/研发部"),
        (7.into(), "示例公司/华东 大区/示例公司/研发部"),
    ];
    assert_eq!(corp.candidates("研发部"), several);
    assert_eq!(corp.candidates("研发部/"), several);
    assert_eq!(corp.candidates("示例公司").len(), 2, "another department has the name of the root");
    assert_eq!(corp.id("示例公司"), Ok(1.into()), "an export writes the root as its path");
}

#[test]
fn a_name_comes_before_the_end_of_a_name_that_holds_a_slash() {
    let rows = [(1, 0, "公司"), (2, 1, "前端/后端组"), (3, 1, "后端组")];
    let corp = DepartmentNames::new(rows.map(|(id, parent, name)| (id.into(), parent.into(), name)));
    assert_eq!(corp.id("后端组"), Ok(3.into()));
    assert_eq!(corp.candidates("后端组"), [(3.into(), "公司/后端组")]);
}

#[test]
fn a_department_that_is_its_own_parent_ends_a_path() {
    let rows = [(1, 2, "甲"), (2, 1, "乙"), (3, 3, "丙")];
    let corp = DepartmentNames::new(rows.map(|(id, parent, name)| (id.into(), parent.into(), name)));
    assert_eq!(corp.candidates("丙"), [(3.into(), "丙")]);
    assert!(corp.path(1.into()).unwrap().len() < 1000);
}

#[test]
fn hidden_names_differ_from_missing_departments() {
    assert!(DepartmentNames::new([(1.into(), 0.into(), ""), (2.into(), 1.into(), "")]).is_hidden());
    assert!(!corp().is_hidden());
    assert_eq!(corp().similar("研发").iter().map(|(id, _)| id.0).collect::<Vec<_>>(), [2, 4, 7]);
}
