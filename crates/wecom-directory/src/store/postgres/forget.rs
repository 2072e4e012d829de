//! Erasing a removed member.

use deadpool_postgres::Pool;
use tokio_postgres::types::ToSql;
use wecom_contacts::{CorpId, members::MemberField};

use super::{connect, failure::database, read, row::Columns, runs, write::run};
use crate::{
    FieldSet, Result,
    store::{MemberKey, columns::to_json, forget},
};

/// The tables that lose values.
const VACUUM: &str = "VACUUM member, seat, member_search, change, department, pull, tag_member, plan, step, person_key, written_hidden";

/// Erases removed members: the rows, and the values in the journal. What remains is that somebody was there and left. What another
/// person has since got the userid for stays. `who` is a condition on `$2`. Returns their number.
///
/// The old versions of the rows are vacuumed. The log (WAL), replicas and backups have them as long as the server keeps those.
pub(super) async fn forget(
    connections: &Pool,
    corp: &CorpId,
    who: &str,
    parameter: &(dyn ToSql + Sync),
) -> Result<u64> {
    // A failure ends the connection, and the transaction with it.
    let client = connect::separate(connections).await?;
    let Some(corp) = read::corp_number(&client, corp).await? else { return Ok(0) };
    client.batch_execute("BEGIN").await.map_err(database)?;
    let sql =
        format!("SELECT person, userid, read_at FROM member WHERE corp = $1 AND {who} AND state = 'removed'");
    let persons = read::rows(&client, &sql, &[&corp, parameter], |row| {
        let mut row = Columns::of(row);
        Ok((row.next::<i64>()?, row.next::<String>()?, row.next::<i64>()?))
    })
    .await?;
    for (person, userid, removed_at) in &persons {
        let key = MemberKey::from(userid.as_str());
        let sql = "SELECT (SELECT min(at) FROM change c WHERE c.person = m.person) FROM member m
                   WHERE corp = $1 AND userid_key = $2 AND person <> $3";
        let others = read::rows(&client, sql, &[&corp, &key.as_str(), person], |row| {
            Columns::of(row).next::<Option<i64>>()
        })
        .await?;
        let until = forget::until(*removed_at, &others);
        runs::forget(&client, corp, userid, until).await?;
        for sql in [
            "DELETE FROM person_key WHERE person = $1",
            "DELETE FROM written_hidden WHERE person = $1",
            "DELETE FROM member WHERE person = $1",
            "DELETE FROM seat WHERE person = $1",
            "DELETE FROM member_search WHERE person = $1",
            "UPDATE change SET fields = '{}', id = 'forgotten', id_key = 'forgotten ' || person WHERE person = $1",
        ] {
            run(&client, sql, &[person]).await?;
        }
        // Others name the person as a leader or a member of a tag.
        let quoted = to_json(userid)?;
        for sql in [
            "UPDATE change SET fields = replace(fields, $2, '\"forgotten\"') WHERE corp = $1 AND strpos(fields, $2) > 0 AND at <= $3",
            "UPDATE pull SET report = replace(report, $2, '\"forgotten\"') WHERE corp = $1 AND strpos(report, $2) > 0 AND ended_at <= $3",
        ] {
            run(&client, sql, &[&corp, &quoted, &until]).await?;
        }
        // What is now names another person with the userid.
        if !others.is_empty() {
            continue;
        }
        let sql = "UPDATE department SET leaders = replace(leaders, $2, '\"forgotten\"') WHERE corp = $1 AND strpos(leaders, $2) > 0";
        run(&client, sql, &[&corp, &quoted]).await?;
        // Without the hashes the next pull reads the row again.
        let leader = FieldSet::of([MemberField::DirectLeader]).bits();
        let sql =
            "UPDATE member SET direct_leader = NULL, hidden = hidden | $3, hash_app = NULL, hash_sync = NULL
                   WHERE corp = $1 AND strpos('|' || lower(direct_leader) || '|', '|' || $2 || '|') > 0";
        run(&client, sql, &[&corp, &key.as_str(), &leader]).await?;
        let sql = "DELETE FROM tag_member WHERE corp = $1 AND userid_key = $2";
        run(&client, sql, &[&corp, &key.as_str()]).await?;
    }
    client.batch_execute("COMMIT").await.map_err(database)?;
    if !persons.is_empty() {
        client.batch_execute(VACUUM).await.map_err(database)?;
    }
    Ok(persons.len() as u64)
}
