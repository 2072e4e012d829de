//! Asynchronous imports (异步导入): submission, execution in phases, and results for each row.
//!
//! Official: [增量更新成员](https://developer.work.weixin.qq.com/document/path/90980),
//! [全量覆盖成员](https://developer.work.weixin.qq.com/document/path/90981),
//! [全量覆盖部门](https://developer.work.weixin.qq.com/document/path/90982)

pub(super) mod department_file;
pub(super) mod departments;
pub(super) mod job;
pub(super) mod member_file;
pub(super) mod members;
pub(super) mod phases;
pub(super) mod sheet;

pub(crate) use job::{ImportKind, ImportRequest, ImportTask};

/// Maximum number of rows processed in one lock of the world. A deletion counts like a row.
const SLICE: usize = 500;
