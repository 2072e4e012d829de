//! Sheets that cannot be written. A limit of file sizes (`ulimit -f`) stands for a full disk.

use std::{io::Cursor, process::Command};

use wecom_sheets::writing::{WriteError, XlsxWriter};

/// Set in the process that has the limit.
const LIMITED: &str = "WECOM_SHEETS_TEST_LIMITED";

#[test]
fn a_workbook_whose_rows_cannot_be_stored_is_an_error_without_a_panic() {
    if std::env::var_os(LIMITED).is_some() {
        return write_in_vain();
    }
    let name = "full_disk::a_workbook_whose_rows_cannot_be_stored_is_an_error_without_a_panic";
    let output = Command::new("sh")
        .args(["-c", r#"trap "" XFSZ; ulimit -f 0; exec "$@""#, "sh"])
        .arg(std::env::current_exe().expect("this program"))
        .args([name, "--exact", "--nocapture"])
        .env(LIMITED, "1")
        .output()
        .expect("a shell");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !stderr.contains("panicked"), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "{output:?}");
}

fn write_in_vain() {
    let new = || XlsxWriter::new("成员", ["姓名"], &std::env::temp_dir()).expect("an empty file");
    let mut long = new();
    let error = (0..1000).find_map(|_| long.row(["王芳".repeat(50)]).err()).expect("the file is full");
    assert_too_large(&error);
    drop(long);

    let mut short = new();
    short.row(["王芳"]).expect("a row in memory");
    assert_too_large(&short.finish(Cursor::new(Vec::new())).expect_err("the row goes to the file"));

    let file = tempfile::tempfile().expect("an empty file");
    assert_too_large(&new().finish(file).expect_err("the file is full"));
}

fn assert_too_large(error: &WriteError) {
    let WriteError::Io(cause) = error else { panic!("{error:?}") };
    assert_eq!(cause.kind(), std::io::ErrorKind::FileTooLarge, "{error:?}");
}
