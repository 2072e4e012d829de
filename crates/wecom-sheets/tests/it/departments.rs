//! Files of departments.

use wecom_contacts::{DepartmentId, imports::ImportDepartment};
use wecom_sheets::{Mapping, Table};

fn read(text: &str) -> Vec<ImportDepartment> {
    let table = Table::<ImportDepartment>::read_bytes(
        text.as_bytes(),
        &wecom_sheets::Options::new(),
        &Mapping::new(),
    )
    .expect("a file that can be read");
    let (rows, reading) = crate::read_all(&table).expect("a file that can be read");
    assert_eq!(reading.problems, []);
    rows.into_iter().map(|(_, department)| department).collect()
}

#[test]
fn departments_are_read_from_csv_and_json() {
    let csv = read("部门名称,部门ID,父部门ID,排序\n示例公司,1,0,0\n研发部, ２ ,1.0,100\n");
    let json = read(
        "[{\"id\":1,\"name\":\"示例公司\",\"parentid\":0,\"order\":0},{\"id\":2,\"name\":\"研发部\",\"parentid\":1,\"order\":100,\"name_en\":\"RD\"}]",
    );
    assert_eq!(csv, json);
    assert_eq!((csv[1].id, csv[1].parentid, csv[1].order), (DepartmentId(2), DepartmentId(1), Some(100)));
}
