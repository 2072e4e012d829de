//! Reading records. Each operation is one statement, so that it sees one state of the mirror.

use std::collections::HashMap;

use deadpool_postgres::ClientWrapper;
use tokio_postgres::{Row, types::ToSql};
use wecom_contacts::{CorpId, DepartmentId, TagId, UserId};

use super::{
    failure::database,
    row::{self, CHANGE_COLUMNS, Columns, PULL_COLUMNS, SEAT_COLUMNS, SEATS},
};
use crate::{
    FieldSet, Result,
    journal::{Change, ObjectKind},
    record::{DepartmentRecord, MemberRecord, PersonId, TagRecord},
    store::{
        CorpSummary, CredentialRecord, KnownRow, MemberKey, PullProgress, SearchRow, SearchText,
        columns::{self, MEMBER_COLUMNS, seen},
    },
};

/// Runs a query, which stays prepared, and reads its rows.
pub(super) async fn rows<T>(
    client: &ClientWrapper,
    sql: &str,
    params: &[&(dyn ToSql + Sync)],
    read: impl Fn(&Row) -> Result<T>,
) -> Result<Vec<T>> {
    let statement = client.prepare_cached(sql).await.map_err(database)?;
    let found = client.query(&statement, params).await.map_err(database)?;
    found.iter().map(read).collect()
}

/// Returns the number of the corp in this database, if it has one.
pub(super) async fn corp_number(client: &ClientWrapper, corp: &CorpId) -> Result<Option<i64>> {
    let sql = "SELECT corp FROM corp WHERE corp_id = $1";
    Ok(rows(client, sql, &[&corp.as_str()], |row| Columns::of(row).next()).await?.pop())
}

pub(super) async fn corps(client: &ClientWrapper) -> Result<Vec<CorpSummary>> {
    let sql = "SELECT c.corp_id,
                      (SELECT count(*) FROM member WHERE corp = c.corp AND state = 'present'),
                      (SELECT count(*) FROM department WHERE corp = c.corp AND state = 'present'),
                      (SELECT count(*) FROM tag WHERE corp = c.corp AND state = 'present'),
                      (SELECT max(pull) FROM pull WHERE corp = c.corp),
                      (SELECT max(pull) FROM pull WHERE corp = c.corp AND is_complete = 1),
                      (SELECT max(pull) FROM pull WHERE corp = c.corp AND existence = 1)
               FROM corp c ORDER BY c.corp_id";
    let corps = rows(client, sql, &[], |row| {
        let mut row = Columns::of(row);
        let corp = CorpSummary {
            corp: CorpId::new(row.next::<String>()?),
            members: row.count()?,
            departments: row.count()?,
            tags: row.count()?,
            last_pull: None,
            last_complete: None,
            last_existence: None,
        };
        let pulls: [Option<i64>; 3] = [row.next()?, row.next()?, row.next()?];
        Ok((corp, pulls))
    })
    .await?;
    // A pull does not change once it is visible, so that its row may be read later.
    let ids: Vec<i64> = corps.iter().flat_map(|(_, pulls)| pulls.iter().flatten().copied()).collect();
    let sql = format!("SELECT {PULL_COLUMNS} FROM pull WHERE pull = ANY($1)");
    let pulls = rows(client, &sql, &[&ids], row::pull).await?;
    let pulls: HashMap<i64, _> = pulls.into_iter().map(|pull| (pull.id, pull)).collect();
    let with_pulls = |(corp, numbers): (CorpSummary, [Option<i64>; 3])| {
        let [last_pull, last_complete, last_existence] =
            numbers.map(|number| number.and_then(|number| pulls.get(&number).cloned()));
        CorpSummary { last_pull, last_complete, last_existence, ..corp }
    };
    Ok(corps.into_iter().map(with_pulls).collect())
}

pub(super) async fn progress(client: &ClientWrapper, corp: &CorpId) -> Result<Option<PullProgress>> {
    let sql = "SELECT progress FROM pull_progress JOIN corp USING (corp) WHERE corp_id = $1";
    Ok(rows(client, sql, &[&corp.as_str()], |row| Columns::of(row).json()).await?.pop())
}

pub(super) async fn credentials(client: &ClientWrapper, corp: &CorpId) -> Result<Vec<CredentialRecord>> {
    let sql = "SELECT source, agent_id, sees_sensitive, sees_everybody, read_at FROM credential JOIN corp USING (corp)
               WHERE corp_id = $1 ORDER BY source, agent_id";
    rows(client, sql, &[&corp.as_str()], |row| {
        let mut row = Columns::of(row);
        let flag = |flag: Option<i64>| flag.map(|flag| flag != 0);
        Ok(CredentialRecord {
            source: row.word()?,
            agent_id: Some(row.next::<i64>()?).filter(|agent| *agent != 0),
            sees_sensitive: flag(row.next()?),
            sees_everybody: flag(row.next()?),
            read_at: row.timestamp()?,
        })
    })
    .await
}

pub(super) async fn known_rows_after(
    client: &ClientWrapper,
    corp: &CorpId,
    after: Option<PersonId>,
    limit: u32,
) -> Result<Vec<KnownRow>> {
    let sql = "SELECT person, userid_key, (state = 'present')::int::bigint, hash_app, hash_sync, hash_departments
               FROM member WHERE corp = (SELECT corp FROM corp WHERE corp_id = $1) AND person > $2 AND state <> 'removed'
               ORDER BY person LIMIT $3";
    rows(client, sql, &[&corp.as_str(), &first(after), &i64::from(limit)], |row| {
        let mut row = Columns::of(row);
        Ok(KnownRow {
            person: PersonId(row.next()?),
            key: MemberKey::folded(row.next()?),
            is_present: row.flag()?,
            hashes: row.hashes()?,
        })
    })
    .await
}

/// The columns of a member and its seats, from `member m`. Fields that are not in the set are NULL.
fn select_members(fields: FieldSet, condition: &str) -> String {
    let column = |column: &&str| match columns::is_left_out(column, fields) {
        false => format!("m.{column}"),
        // NULL with the type of the column.
        true => format!("nullif(m.{column}, m.{column})"),
    };
    let columns: Vec<_> = MEMBER_COLUMNS.iter().map(column).collect();
    format!("SELECT {}, {SEAT_COLUMNS} FROM member m {SEATS} {condition}", columns.join(", "))
}

pub(super) async fn members(
    client: &ClientWrapper,
    corp: &CorpId,
    keys: &[MemberKey],
) -> Result<Vec<MemberRecord>> {
    match corp_number(client, corp).await? {
        Some(number) => members_of(client, number, keys).await,
        None => Ok(Vec::new()),
    }
}

pub(super) async fn members_of(
    client: &ClientWrapper,
    number: i64,
    keys: &[MemberKey],
) -> Result<Vec<MemberRecord>> {
    let sql = select_members(
        FieldSet::ALL,
        "WHERE m.corp = $1 AND m.userid_key = ANY($2) AND m.state <> 'removed'",
    );
    let keys: Vec<_> = keys.iter().map(MemberKey::as_str).collect();
    rows(client, &sql, &[&number, &keys], row::member).await
}

pub(super) async fn members_with(
    client: &ClientWrapper,
    fields: FieldSet,
    corp: &CorpId,
    after: Option<PersonId>,
    limit: u32,
) -> Result<Vec<MemberRecord>> {
    let sql = select_members(
        fields,
        "WHERE m.corp = (SELECT corp FROM corp WHERE corp_id = $1) AND m.person > $2 ORDER BY m.person LIMIT $3",
    );
    rows(client, &sql, &[&corp.as_str(), &first(after), &i64::from(limit)], row::member).await
}

fn first(after: Option<PersonId>) -> i64 {
    after.map_or(i64::MIN, |person| person.0)
}

pub(super) async fn departments(client: &ClientWrapper, corp: &CorpId) -> Result<Vec<DepartmentRecord>> {
    let sql = "SELECT id, state, name, name_en, parent, place, leaders, read_at FROM department JOIN corp USING (corp)
               WHERE corp_id = $1 ORDER BY id";
    rows(client, sql, &[&corp.as_str()], |row| {
        let mut row = Columns::of(row);
        Ok(DepartmentRecord {
            id: DepartmentId(row.number()?),
            state: row.word()?,
            name: row.seen_text()?,
            name_en: row.seen_text()?,
            parent: row.seen_number()?.map(DepartmentId),
            order: row.seen_number()?,
            leaders: row.seen_json()?,
            read_at: row.timestamp()?,
        })
    })
    .await
}

pub(super) async fn tags(client: &ClientWrapper, corp: &CorpId) -> Result<Vec<TagRecord>> {
    let sql = "SELECT id, state, name, has_members, members_complete, has_departments, read_at,
                      (SELECT array_agg(m.userid ORDER BY m.userid_key) FROM tag_member m
                        WHERE m.corp = t.corp AND m.tag = t.id),
                      (SELECT array_agg(d.department ORDER BY d.department) FROM tag_department d
                        WHERE d.corp = t.corp AND d.tag = t.id)
               FROM tag t JOIN corp c USING (corp) WHERE c.corp_id = $1 ORDER BY id";
    rows(client, sql, &[&corp.as_str()], |row| {
        let mut row = Columns::of(row);
        let (id, state, name) = (TagId(row.number()?), row.word()?, row.seen_text()?);
        let (has_members, members_complete, has_departments) = (row.flag()?, row.flag()?, row.flag()?);
        let read_at = row.timestamp()?;
        let members: Option<Vec<&str>> = row.next()?;
        let members = members.into_iter().flatten().map(UserId::new).collect();
        let departments = row.numbers()?.into_iter().map(DepartmentId).collect();
        Ok(TagRecord {
            id,
            state,
            name,
            members: seen(has_members.then_some(members)),
            members_complete,
            departments: seen(has_departments.then_some(departments)),
            read_at,
        })
    })
    .await
}

pub(super) async fn head_counts(client: &ClientWrapper, corp: &CorpId) -> Result<HashMap<DepartmentId, u64>> {
    let sql = "SELECT s.department, count(*) FROM member m JOIN corp USING (corp) JOIN seat s USING (person)
               WHERE corp_id = $1 AND m.state <> 'removed' GROUP BY s.department";
    let counts = rows(client, sql, &[&corp.as_str()], |row| {
        let mut row = Columns::of(row);
        Ok((DepartmentId(row.number()?), row.count()?))
    })
    .await?;
    Ok(counts.into_iter().collect())
}

pub(super) async fn search_rows(
    client: &ClientWrapper,
    corp: &CorpId,
    mask: i64,
    after: Option<PersonId>,
    limit: u32,
) -> Result<Vec<SearchRow>> {
    let sql = "SELECT s.person, s.mask, s.text,
                      (SELECT array_agg(department ORDER BY department) FROM seat WHERE seat.person = s.person)
               FROM member_search s WHERE s.corp = (SELECT corp FROM corp WHERE corp_id = $1) AND s.person > $2
                 AND s.mask & $4 = $4 ORDER BY s.person LIMIT $3";
    rows(client, sql, &[&corp.as_str(), &first(after), &i64::from(limit), &mask], |row| {
        let mut row = Columns::of(row);
        let person = PersonId(row.next()?);
        let search = SearchText { mask: row.next()?, text: row.next()? };
        let departments = row.numbers()?.into_iter().map(DepartmentId).collect();
        Ok(SearchRow { person, search, departments })
    })
    .await
}

pub(super) async fn history(
    client: &ClientWrapper,
    corp: &CorpId,
    kind: ObjectKind,
    id: &str,
) -> Result<Vec<Change>> {
    let Some(number) = corp_number(client, corp).await? else { return Ok(Vec::new()) };
    // A person's changes under earlier userids belong to the history, and those of an earlier person with this userid do, too.
    let sql = format!(
        "SELECT {CHANGE_COLUMNS} FROM change
         WHERE corp = $1 AND kind = $2 AND (id_key = $3 OR person IN
             (SELECT person FROM change WHERE corp = $1 AND kind = $2 AND id_key = $3 AND person IS NOT NULL
              UNION SELECT person FROM member WHERE corp = $1 AND userid_key = $3 AND $2 = 'member'))
         ORDER BY seq"
    );
    let key = id.to_ascii_lowercase();
    rows(client, &sql, &[&number, &kind.as_str(), &key], row::change).await
}
