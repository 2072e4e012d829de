//! The course of a pull.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    time::Duration,
};

use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use jiff::{SignedDuration, Timestamp};
use serde_json::Map;
use tokio::time::Instant;
use wecom_contacts::{
    Client, CorpId, DepartmentId, UserId,
    departments::Department,
    members::{Member, MemberStatus},
};

use super::{
    Pull, Via,
    departments::{self, Readings},
    details, ids,
    merge::{self, Departments, Sight},
    report::{Counts, Hidden, Progress, PullReport, Stage},
    rows::RawRow,
    table::{Index, MemberTable, departments_hash},
    tags,
    writer::{self, Writer},
};
use crate::{
    Coverage, Error, Level, Result,
    journal::{Action, Change, ObjectKind},
    record::{MemberRecord, Source, State},
    store::{CredentialRecord, ExportInProgress, PullProgress, PullRecord, Store},
};

/// The largest corp whose details are read by lists. Larger corps are read by an export.
const LISTS_UP_TO: usize = 5_000;
/// Maximum number of members that are read one by one because no list has shown them.
const SINGLES_UP_TO: usize = 2_000;
/// How often objects that changed meanwhile are read again.
const CLOSING_ROUNDS: usize = 3;
/// How many changed rows wait for the first row that shows whether the app still sees sensitive fields.
const DEFERRED: usize = 50_000;
/// An export job that is older is not continued. Its files are as old as it is, although they exist for two hours, and what a pull has
/// read should be hardly older than the pull.
const EXPORT_AGE: SignedDuration = SignedDuration::from_mins(15);
/// How many rows of the mirror are read at once.
const PAGE: u32 = 10_000;
/// How often progress is reported at most.
const REPORT_EVERY: Duration = Duration::from_millis(200);

/// Runs a pull. With `changes` nothing is committed: what would change is put there.
pub(super) async fn run(
    pull: Pull,
    store: &dyn Store,
    changes: Option<&mut Vec<Change>>,
) -> Result<PullReport> {
    let Pull { corp, contacts_sync, app, via, polling, holder, lock_wait, forget_before, progress } = pull;
    let forget_before = forget_before.filter(|_| changes.is_none());
    let _lock = store.lock(&corp, &holder, lock_wait).await?;
    let started_at = Timestamp::now();
    let summary = store.corps().await?.into_iter().find(|summary| summary.corp == corp);
    if changes.is_some() && summary.is_none() {
        return Err(Error::UnknownCorp(corp.to_string()));
    }
    let mut run = Run {
        store,
        corp: &corp,
        started_at,
        table: MemberTable::default(),
        writer: Writer::new(store, &corp, started_at, changes),
        is_baseline: summary.is_none_or(|summary| summary.last_existence.is_none()),
        counts: Counts::default(),
        has_ids: false,
        visible: HashSet::new(),
        progress: store.progress(&corp).await?.unwrap_or_default(),
        reporter: Reporter { report: progress, last: None },
        polling,
    };
    run.load_known().await?;
    let app = app.map(|(agent, client)| (i64::from(agent.0), client));
    let mut report = run.pull(contacts_sync, app, via).await?;
    if let Some(before) = forget_before.filter(|_| report.complete && report.existence) {
        report.forgotten = store.forget_removed(&corp, before).await?;
    }
    Ok(report)
}

struct Run<'a> {
    store: &'a dyn Store,
    corp: &'a CorpId,
    started_at: Timestamp,
    table: MemberTable,
    writer: Writer<'a>,
    /// Whether no pull has proven the corp's members before: then an object that is new in the mirror need not be new.
    is_baseline: bool,
    counts: Counts,
    /// Whether the table has the departments of all members from a reading of the ids.
    has_ids: bool,
    /// The departments that the credential sees whose details are read.
    visible: HashSet<DepartmentId>,
    /// The export jobs of this pull, and of one that was interrupted before it.
    progress: PullProgress,
    reporter: Reporter,
    polling: wecom_contacts::Polling,
}

struct Reporter {
    report: Box<dyn FnMut(Progress) + Send>,
    last: Option<(Stage, Instant)>,
}

impl Reporter {
    fn report(&mut self, stage: Stage, rows: u64, total: Option<u64>) {
        let now = Instant::now();
        if self.last.is_none_or(|(last, at)| last != stage || now - at >= REPORT_EVERY) {
            self.last = Some((stage, now));
            (self.report)(Progress { stage, rows, total });
        }
    }
}

/// A source of details while it is read.
struct Reader {
    sight: Sight,
    class: Class,
    /// Rows that were taken in under the assumption that the app does not see sensitive fields.
    taken_as_cut: u64,
}

/// Whether a source sees the fields that WeCom hides from newer apps.
enum Class {
    /// No row of this pull has shown it yet. An earlier pull saw them; changed rows wait.
    Unconfirmed(Vec<(Timestamp, RawRow)>),
    /// No row of this pull has shown it yet, and no earlier pull either.
    Undecided,
    Cut,
    Full,
}

impl Run<'_> {
    async fn load_known(&mut self) -> Result<()> {
        let mut after = None;
        loop {
            let rows = self.store.known_rows_after(self.corp, after, PAGE).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some(last.person);
            rows.iter().for_each(|row| self.table.add_known(row));
        }
    }

    async fn pull(
        mut self,
        contacts_sync: Option<Client>,
        app: Option<(i64, Client)>,
        via: Via,
    ) -> Result<PullReport> {
        let mut readings = Readings::default();
        let mut last_ids = None;
        if let Some(client) = &contacts_sync {
            let reading = self.read_ids(client, 1, Stage::Ids).await?;
            self.table.set_pairs(reading.pairs);
            self.has_ids = true;
            readings.nodes = Some((reading.sent_at, reading.departments));
            last_ids = Some(1);
        }

        let credentials = self.store.credentials(self.corp).await?;
        let mut hidden = Hidden::default();
        let mut detail_sources = Vec::new();
        let sources = self.detail_sources(contacts_sync.as_ref(), app.as_ref()).await?;
        for (source, agent_id, client, sent_at, list) in sources {
            let list: BTreeMap<_, _> =
                list.into_iter().map(|department| (department.id, department)).collect();
            self.visible = list.keys().copied().collect();
            let known = credentials.iter().find(|known| known.source == source && known.agent_id == agent_id);
            let sight = self.read_details(&client, source, known, via).await?;
            let lost = known.is_some_and(|known| known.sees_sensitive == Some(true)) && !sight.sees_sensitive;
            if source == Source::App {
                hidden.sensitive_fields = !sight.sees_sensitive;
                hidden.sensitive_fields_lost = lost;
            }
            let record = CredentialRecord {
                source,
                agent_id,
                sees_sensitive: Some(sight.sees_sensitive),
                sees_everybody: Some(sight.sees_everybody),
                read_at: sent_at,
            };
            if known.is_none_or(|known| CredentialRecord { read_at: sent_at, ..known.clone() } != record) {
                self.writer.put_credential(record);
            }
            // What two credentials see of the departments comes together.
            match &mut readings.details {
                Some((_, details)) => details
                    .extend(list.into_iter().filter(|(id, _)| !details.contains_key(id)).collect::<Vec<_>>()),
                None => readings.details = Some((sent_at, list)),
            }
            detail_sources.push((client, sight));
        }
        if contacts_sync.is_none() && detail_sources.is_empty() {
            return Err(Error::NoCredential);
        }

        self.reporter.report(Stage::Tags, 0, None);
        let tag_reading = match (&contacts_sync, &app) {
            (Some(client), _) => {
                let reading = tags::read(client, Source::ContactsSync).await?;
                let level = if reading.has_all_contents() { Level::Complete } else { Level::Range };
                Some((reading, level))
            }
            (None, Some((_, client))) => Some((tags::read(client, Source::App).await?, Level::Range)),
            (None, None) => None,
        };

        let mut moving = Changing::default();
        if let Some(client) = &contacts_sync {
            let (number, changing) = self.close(client, &detail_sources, &mut readings).await?;
            last_ids = Some(number);
            moving = changing;
        }
        let mut read: Vec<Source> = detail_sources.iter().map(|(_, sight)| sight.source).collect();
        // A secret that was refused shows nothing any more.
        if contacts_sync.is_some() && !read.contains(&Source::ContactsSync) {
            read.push(Source::ContactsSync);
        }
        let sees_everybody = detail_sources.iter().any(|(_, sight)| sight.sees_everybody);
        self.finish_members(last_ids, &read, sees_everybody, &moving.members).await?;

        self.reporter.report(Stage::Commit, 0, None);
        let departments =
            departments::merge(self.store.departments(self.corp).await?, &readings, self.is_baseline);
        let department_counts =
            counts(&departments.changes, departments.new, departments.present, departments.with_details);
        let departments_covered = readings.nodes.as_ref().map_or(0, |(_, nodes)| {
            let detailed = |id: &&DepartmentId| {
                readings.details.as_ref().is_some_and(|(_, details)| details.contains_key(id))
            };
            nodes.keys().filter(detailed).count()
        });
        departments.writes.into_iter().for_each(|department| self.writer.put_department(department));
        departments.changes.into_iter().for_each(|change| self.writer.put_change(change));

        let mut tag_counts = Counts::default();
        let mut tag_level = Level::None;
        if let Some((reading, level)) = tag_reading {
            let outcome = tags::merge(self.store.tags(self.corp).await?, reading, self.is_baseline);
            tag_counts = counts(&outcome.changes, outcome.new, outcome.present, outcome.present);
            tag_level = level;
            outcome.writes.into_iter().for_each(|tag| self.writer.put_tag(tag));
            outcome.changes.into_iter().for_each(|change| self.writer.put_change(change));
        }

        let outside = self.outside_range(last_ids);
        hidden.outside_range = outside;
        let level = |has_ids: bool, has_details: bool, all_detailed: bool| match (has_ids, has_details) {
            (true, true) if all_detailed => Level::Complete,
            (_, true) => Level::Range,
            (true, false) => Level::Ids,
            (false, false) => Level::None,
        };
        let has_details = !detail_sources.is_empty();
        let all_departments =
            readings.nodes.as_ref().is_some_and(|(_, nodes)| nodes.len() == departments_covered);
        let coverage = Coverage {
            members: level(self.has_ids, has_details, outside == 0),
            departments: level(self.has_ids, has_details, all_departments),
            tags: tag_level,
        };
        let mut report = PullReport {
            pull: 0,
            started_at: self.started_at,
            ended_at: Timestamp::now(),
            coverage,
            existence: self.has_ids,
            complete: moving.is_empty(),
            members: self.counts,
            departments: department_counts,
            tags: tag_counts,
            moving: moving.members.iter().map(|index| UserId::new(self.table.userid(*index))).collect(),
            moving_departments: moving.departments.into_iter().collect(),
            hidden,
            forgotten: 0,
        };
        let record = PullRecord {
            id: 0,
            started_at: report.started_at,
            ended_at: report.ended_at,
            coverage,
            existence: report.existence,
            is_complete: report.complete,
            report: serde_json::to_value(&report).map_err(|error| Error::Database(Box::new(error)))?,
        };
        report.pull = self.writer.commit(record).await?;
        Ok(report)
    }

    async fn read_ids(&mut self, client: &Client, number: u8, stage: Stage) -> Result<ids::IdReading> {
        let expected = Some(self.table.len() as u64).filter(|known| *known > 0);
        let reporter = &mut self.reporter;
        reporter.report(stage, 0, expected);
        ids::read(client, &mut self.table, number, &mut |rows| reporter.report(stage, rows, expected)).await
    }

    /// The credentials that may read details, each with the departments that it sees.
    async fn detail_sources(
        &self,
        contacts_sync: Option<&Client>,
        app: Option<&(i64, Client)>,
    ) -> Result<Vec<(Source, Option<i64>, Client, Timestamp, Vec<Department>)>> {
        let mut sources = Vec::new();
        if let Some((agent, client)) = app {
            let sent_at = Timestamp::now();
            sources.push((
                Source::App,
                Some(*agent),
                client.clone(),
                sent_at,
                details::departments(client, self.polling).await?,
            ));
        }
        if let Some(client) = contacts_sync {
            let sent_at = Timestamp::now();
            // An old contacts-sync secret may read details; a newer one is refused (48009).
            match details::departments(client, self.polling).await {
                Ok(list) if list.iter().any(|department| department.name.is_known()) => {
                    sources.push((Source::ContactsSync, None, client.clone(), sent_at, list));
                }
                Ok(_) => {}
                Err(error) if error.is_permission_denied() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(sources)
    }

    /// Reads the details with one credential. Where the reading proves that it was begun under a wrong assumption, it is repeated.
    async fn read_details(
        &mut self,
        client: &Client,
        source: Source,
        known: Option<&CredentialRecord>,
        via: Via,
    ) -> Result<Sight> {
        let sees_everybody = known.and_then(|known| known.sees_everybody);
        let sees_everybody = sees_everybody.unwrap_or_else(|| self.visible.contains(&DepartmentId::ROOT));
        let mut sight = Sight {
            source,
            sees_sensitive: known.and_then(|known| known.sees_sensitive).unwrap_or(false),
            // Without the ids nothing proves that the app sees everybody.
            sees_everybody: sees_everybody && self.has_ids,
        };
        // Each assumption is corrected once at most.
        for _ in 0..3 {
            let reader = self.read_details_once(client, sight, via).await?;
            let found = Sight {
                sees_sensitive: matches!(reader.class, Class::Full),
                sees_everybody: self.has_ids && self.outside_range_of(source) == 0,
                ..sight
            };
            // Rows that were taken in before the first one that shows sensitive fields may have lost empty ones.
            let is_right = !(found.sees_sensitive && reader.taken_as_cut > 0)
                && found.sees_everybody == reader.sight.sees_everybody;
            if is_right {
                return Ok(found);
            }
            sight = found;
            self.table.forget_details(source);
        }
        Ok(Sight { sees_sensitive: false, sees_everybody: false, ..sight })
    }

    async fn read_details_once(&mut self, client: &Client, sight: Sight, via: Via) -> Result<Reader> {
        let class = if sight.sees_sensitive { Class::Unconfirmed(Vec::new()) } else { Class::Undecided };
        let mut reader = Reader { sight, class, taken_as_cut: 0 };
        let count = self.table.len();
        let prefers_export = match via {
            Via::Auto => count > LISTS_UP_TO,
            Via::Lists => false,
            Via::Export => true,
        };
        let mut exported = false;
        if prefers_export {
            exported = self.read_export(client, &mut reader, via).await?;
        }
        if !exported {
            let departments = if self.has_ids {
                let mut departments = self.table.departments_with_members();
                departments.retain(|department| self.visible.contains(department));
                departments
            } else {
                self.visible.iter().copied().collect()
            };
            let lists = details::lists(client, departments);
            if let Err(error) = self.take_all(Box::pin(lists), &mut reader).await {
                let is_too_large = matches!(&error, Error::WeCom(error) if details::is_too_large(error));
                if !is_too_large || via == Via::Lists || !self.read_export(client, &mut reader, via).await? {
                    return Err(error);
                }
                exported = true;
            }
        }
        if self.has_ids {
            let missing = self.not_detailed(sight.source);
            if missing.len() <= SINGLES_UP_TO {
                let userids = missing.iter().map(|index| UserId::new(self.table.userid(*index))).collect();
                self.take_all(Box::pin(details::singles(client, userids)), &mut reader).await?;
            } else if !exported && via == Via::Auto {
                self.read_export(client, &mut reader, via).await?;
            }
        }
        self.settle(&mut reader).await?;
        Ok(reader)
    }

    /// Reads the details by an export: by a job that was submitted before if its files are still there, else by a new one. Returns
    /// whether exports are allowed.
    async fn read_export(&mut self, client: &Client, reader: &mut Reader, via: Via) -> Result<bool> {
        self.reporter.report(Stage::Export, 0, None);
        let source = reader.sight.source;
        while let Some(at) = self.progress.exports.iter().position(|export| export.source == source) {
            let export = self.progress.exports[at].clone();
            // The files of a job are older than what a run has written since.
            let runs = self.store.runs(self.corp).await?;
            let is_good = Timestamp::now().duration_since(export.submitted_at) < EXPORT_AGE
                && runs.iter().all(|run| run.updated_at < export.submitted_at);
            if let Some(job) = details::earlier(client, &export.job, &export.key).filter(|_| is_good)
                && let Ok(batches) = details::export(&job, self.polling).await
            {
                match self.take_batches(batches, export.submitted_at, reader).await {
                    Ok(()) => return Ok(true),
                    Err(Error::WeCom(_)) => self.table.forget_details(source),
                    Err(error) => return Err(error),
                }
            }
            // A job that failed, or whose files have expired or are too old, is submitted again.
            self.progress.exports.remove(at);
        }
        let submitted_at = Timestamp::now();
        let job = match client.exports().members().await {
            Ok(job) => job,
            Err(error) if error.is_permission_denied() && via == Via::Auto => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        self.progress.exports.push(ExportInProgress {
            source,
            job: job.id().as_str().to_owned(),
            key: job.key().expose().to_owned(),
            submitted_at,
        });
        self.store.put_progress(self.corp, &self.progress).await?;
        let batches = details::export(&job, self.polling).await?;
        self.take_batches(batches, submitted_at, reader).await?;
        Ok(true)
    }

    async fn take_batches(
        &mut self,
        batches: impl Stream<Item = Result<Vec<RawRow>>> + Send + Unpin,
        sent_at: Timestamp,
        reader: &mut Reader,
    ) -> Result<()> {
        self.take_all(batches.map_ok(move |rows| (sent_at, rows)), reader).await
    }

    async fn take_all(
        &mut self,
        mut batches: impl Stream<Item = Result<(Timestamp, Vec<RawRow>)>> + Send + Unpin,
        reader: &mut Reader,
    ) -> Result<()> {
        let total = Some(self.table.len() as u64).filter(|_| self.has_ids);
        let mut rows = 0;
        while let Some(batch) = batches.next().await {
            let (sent_at, batch) = batch?;
            rows += batch.len() as u64;
            self.reporter.report(Stage::Details, rows, total);
            self.take(batch, sent_at, reader).await?;
        }
        Ok(())
    }

    /// Takes in rows. Rows whose bytes are those of the last pull cost neither a parse nor a write.
    async fn take(&mut self, batch: Vec<RawRow>, sent_at: Timestamp, reader: &mut Reader) -> Result<()> {
        let source = reader.sight.source;
        let seed = reader.sight.seed();
        let mut changed = Vec::new();
        for row in batch {
            if row.userid.is_empty() || row.userid.contains('\u{fffd}') {
                continue;
            }
            let index = self.table.insert(&row.userid);
            let departments = self.has_ids.then(|| departments_hash(self.table.departments(index)));
            let entry = self.table.entry_mut(index);
            if std::mem::replace(&mut entry.detailed[source.index()], true) {
                continue;
            }
            let is_same = entry.is_known
                && entry.was_present
                && !entry.is_written
                && entry.details_hash(source) == Some(row.hash(seed))
                && (departments.is_none() || entry.departments_hash() == departments);
            let confirms = matches!(reader.class, Class::Unconfirmed(_)) && is_same;
            if confirms && merge::shows_sensitive(&parse(&row)?) {
                self.confirm(reader).await?;
            }
            if !is_same {
                changed.push(row);
            }
        }
        let mut parsed = Vec::with_capacity(changed.len());
        for row in changed {
            let member = parse(&row)?;
            if !matches!(reader.class, Class::Full) && merge::shows_sensitive(&member) {
                self.confirm(reader).await?;
            }
            parsed.push((row, member));
        }
        match &mut reader.class {
            Class::Unconfirmed(deferred) => {
                deferred.extend(parsed.into_iter().map(|(row, _)| (sent_at, row)));
                if deferred.len() > DEFERRED {
                    self.settle(reader).await?;
                }
                Ok(())
            }
            Class::Undecided | Class::Cut if !parsed.is_empty() => {
                reader.class = Class::Cut;
                reader.sight.sees_sensitive = false;
                reader.taken_as_cut += parsed.len() as u64;
                self.put(parsed, sent_at, reader.sight).await
            }
            _ => self.put(parsed, sent_at, reader.sight).await,
        }
    }

    /// A row has shown that the source sees sensitive fields: the rows that waited for it are taken in.
    async fn confirm(&mut self, reader: &mut Reader) -> Result<()> {
        reader.sight.sees_sensitive = true;
        let class = std::mem::replace(&mut reader.class, Class::Full);
        if let Class::Unconfirmed(deferred) = class {
            self.put_deferred(deferred, reader.sight).await?;
        }
        Ok(())
    }

    /// No row has shown that the source sees sensitive fields: the rows that waited for it are taken in without them.
    async fn settle(&mut self, reader: &mut Reader) -> Result<()> {
        let class = std::mem::replace(&mut reader.class, Class::Cut);
        match class {
            Class::Unconfirmed(deferred) => {
                reader.sight.sees_sensitive = false;
                reader.taken_as_cut += deferred.len() as u64;
                self.put_deferred(deferred, reader.sight).await
            }
            class => {
                reader.class = class;
                Ok(())
            }
        }
    }

    async fn put_deferred(&mut self, deferred: Vec<(Timestamp, RawRow)>, sight: Sight) -> Result<()> {
        for (sent_at, row) in deferred {
            let member = parse(&row)?;
            self.put(vec![(row, member)], sent_at, sight).await?;
        }
        Ok(())
    }

    /// Merges rows into the records of their members.
    async fn put(&mut self, rows: Vec<(RawRow, Member)>, sent_at: Timestamp, sight: Sight) -> Result<()> {
        let indexes: Vec<_> = rows.iter().map(|(row, _)| self.table.insert(&row.userid)).collect();
        let mut records = self.records(&indexes).await?;
        for (index, (row, member)) in indexes.into_iter().zip(rows) {
            let mut record = records
                .remove(&index)
                .unwrap_or_else(|| MemberRecord::unread(member.userid.clone(), sent_at));
            let before = (record.person.is_some(), record.state);
            let list: Vec<_> = self.table.departments(index).collect();
            let departments = Departments::of_row(self.has_ids.then_some(&list), &self.visible);
            let fields = merge::details(&mut record, &member, &departments, sight, sent_at);
            record.hashes.details[sight.source.index()] = Some(row.hash(sight.seed()));
            if self.has_ids {
                record.hashes.departments = Some(departments_hash(list.iter().copied()));
            }
            self.put_record(index, record, before, fields).await?;
        }
        Ok(())
    }

    /// Returns the records of these members that exist.
    async fn records(&mut self, indexes: &[Index]) -> Result<BTreeMap<Index, MemberRecord>> {
        let exists = |index: &&Index| {
            let entry = self.table.entry(**index);
            entry.is_known || entry.is_written
        };
        let keys: Vec<_> = indexes.iter().filter(exists).map(|index| self.table.key(*index)).collect();
        let found = self.writer.members(&keys).await?;
        Ok(found
            .into_iter()
            .filter_map(|(key, record)| Some((self.table.find(key.as_str())?, record)))
            .collect())
    }

    /// Gives a record to the writer, with the change that the journal keeps.
    async fn put_record(
        &mut self,
        index: Index,
        record: MemberRecord,
        (existed, state): (bool, State),
        fields: Map<String, serde_json::Value>,
    ) -> Result<()> {
        let is_baseline = self.is_baseline;
        let entry = self.table.entry_mut(index);
        let is_again = std::mem::replace(&mut entry.is_written, true);
        // What is written now need not be written again at the end of the pull.
        entry.set_hashes(record.hashes);
        let action = match (existed || is_again, state, record.state) {
            (false, _, _) => (!is_baseline).then_some(Action::Created),
            (true, before, State::OutOfSight) if before != State::OutOfSight => Some(Action::OutOfSight),
            (true, before, State::Removed) if before != State::Removed => Some(Action::Removed),
            (true, State::OutOfSight, State::Present) => Some(Action::BackInSight),
            _ => (!fields.is_empty()).then_some(Action::Changed),
        };
        if !is_again {
            match (existed, action) {
                (false, _) => self.counts.created += 1,
                (_, Some(Action::Removed)) => self.counts.removed += 1,
                (_, Some(Action::OutOfSight)) => self.counts.out_of_sight += 1,
                (_, Some(_)) => self.counts.changed += 1,
                (_, None) => {}
            }
        } else if existed && action == Some(Action::Removed) {
            self.counts.removed += 1;
        }
        let change = action.map(|action| {
            let id = record.member.userid.as_str().to_owned();
            writer::change(record.read_at, ObjectKind::Member, id, action, fields)
        });
        self.writer.put_member(record, change, is_again).await
    }

    /// Reads the ids again until two readings agree, and reads again what differs. Returns the number of the last reading, and the
    /// objects that still changed.
    async fn close(
        &mut self,
        client: &Client,
        sources: &[(Client, Sight)],
        readings: &mut Readings,
    ) -> Result<(u8, Changing)> {
        let mut number = 1;
        let mut changing = Changing::default();
        for _ in 0..CLOSING_ROUNDS {
            number += 1;
            changing = self.read_ids_again(client, number, readings).await?;
            // What details have shown of a member who is not in the ids is older than the ids.
            let is_unlisted = |index: &Index| {
                let entry = self.table.entry(*index);
                entry.last_id_reading != number && entry.detailed != [false; 2]
            };
            let unlisted = self.table.indexes().filter(is_unlisted).take(SINGLES_UP_TO);
            let again: BTreeSet<_> = changing.members.iter().copied().chain(unlisted).collect();
            self.read_again(&again, sources).await?;
            if !changing.departments.is_empty() {
                readings.details = department_details(sources, self.polling).await?;
            }
            if changing.is_empty() && !self.falls_too_much(number) {
                break;
            }
        }
        // A member who left the corp (status 5) may be in no list, and `user/get` still returns the details.
        let vanished: BTreeSet<_> = self
            .table
            .indexes()
            .filter(|index| {
                let entry = self.table.entry(*index);
                entry.is_known && entry.last_id_reading != number && entry.detailed == [false; 2]
            })
            .take(SINGLES_UP_TO)
            .collect();
        self.read_again(&vanished, sources).await?;
        Ok((number, changing))
    }

    /// Reads the details of these members again with each source. One that no source shows any more counts as not read.
    async fn read_again(&mut self, members: &BTreeSet<Index>, sources: &[(Client, Sight)]) -> Result<()> {
        for (client, sight) in sources {
            let mut userids = Vec::with_capacity(members.len());
            for index in members {
                self.table.entry_mut(*index).detailed[sight.source.index()] = false;
                userids.push(UserId::new(self.table.userid(*index)));
            }
            let class = if sight.sees_sensitive { Class::Full } else { Class::Cut };
            let mut reader = Reader { sight: *sight, class, taken_as_cut: 0 };
            self.take_all(Box::pin(details::singles(client, userids)), &mut reader).await?;
        }
        Ok(())
    }

    /// Reads the ids once more. Returns the objects that differ from the reading before.
    async fn read_ids_again(
        &mut self,
        client: &Client,
        number: u8,
        readings: &mut Readings,
    ) -> Result<Changing> {
        let reading = self.read_ids(client, number, Stage::Closing).await?;
        let before = self.table.set_pairs(reading.pairs);
        let members = difference(&before, self.table.pairs());
        let nodes = readings.nodes.take().map(|(_, nodes)| nodes).unwrap_or_default();
        let departments = departments::difference(&nodes, &reading.departments);
        readings.previous = Some(nodes.into_keys().collect());
        readings.nodes = Some((reading.sent_at, reading.departments));
        Ok(Changing { members, departments })
    }

    /// Whether more members are missing than a corp usually loses: the ids are then read once more.
    fn falls_too_much(&self, number: u8) -> bool {
        if number > 2 {
            return false;
        }
        let present = self.table.indexes().filter(|index| self.table.entry(*index).was_present).count();
        let missing = self
            .table
            .indexes()
            .filter(|index| {
                let entry = self.table.entry(*index);
                entry.was_present && entry.last_id_reading == 0
            })
            .count();
        missing > usize::max(3, usize::min(50, present / 20))
    }

    /// Members that are in the last reading of the ids, and whose details this source has not shown.
    fn not_detailed(&self, source: Source) -> Vec<Index> {
        let is_missing = |index: &Index| {
            let entry = self.table.entry(*index);
            entry.last_id_reading != 0 && !entry.detailed[source.index()]
        };
        self.table.indexes().filter(is_missing).collect()
    }

    fn outside_range_of(&self, source: Source) -> u64 {
        self.not_detailed(source).len() as u64
    }

    /// The number of members that exist and whose details no source has shown.
    fn outside_range(&self, last: Option<u8>) -> u64 {
        let is_outside = |index: &Index| {
            let entry = self.table.entry(*index);
            last.is_some_and(|last| entry.last_id_reading == last) && entry.detailed == [false; 2]
        };
        self.table.indexes().filter(is_outside).count() as u64
    }

    /// Writes what the details did not write: members of whom only ids are known, members out of sight, and removed ones.
    async fn finish_members(
        &mut self,
        last_ids: Option<u8>,
        sources: &[Source],
        sees_everybody: bool,
        moving: &BTreeSet<Index>,
    ) -> Result<()> {
        let read_at = Timestamp::now();
        let mut pending = Vec::new();
        for index in self.table.indexes() {
            let entry = self.table.entry(index);
            let in_ids = last_ids.is_some_and(|last| entry.last_id_reading == last);
            let detailed = entry.detailed != [false; 2];
            self.counts.seen += u64::from(in_ids || detailed);
            self.counts.detailed += u64::from(detailed);
            let lost_details = sources
                .iter()
                .any(|source| entry.details_hash(*source).is_some() && !entry.detailed[source.index()]);
            // A member who is new in the ids has no departments in the mirror yet.
            let departments_differ =
                in_ids && entry.departments_hash() != Some(departments_hash(self.table.departments(index)));
            let is_recorded = entry.is_known || entry.is_written;
            let is_gone = is_recorded && !in_ids && !detailed;
            let is_back = in_ids && entry.is_known && !entry.was_present && !entry.is_written;
            if departments_differ || is_gone || is_back || lost_details {
                pending.push(index);
            }
        }
        for chunk in pending.chunks(1_000) {
            let mut records = self.records(chunk).await?;
            for index in chunk.iter().copied() {
                let entry = *self.table.entry(index);
                let in_ids = last_ids.is_some_and(|last| entry.last_id_reading == last);
                let detailed = entry.detailed != [false; 2];
                let mut record = records
                    .remove(&index)
                    .unwrap_or_else(|| MemberRecord::unread(UserId::new(self.table.userid(index)), read_at));
                let before = (record.person.is_some(), record.state);
                let mut fields = Map::new();
                if in_ids {
                    let list: Vec<_> = self.table.departments(index).collect();
                    fields = merge::ids(&mut record, &list, read_at);
                    record.hashes.departments = Some(departments_hash(list.into_iter()));
                } else if !detailed {
                    // Missing from the last two readings: it does not exist. One that is missing from the last alone may have moved
                    // while the list was read.
                    let last = last_ids.unwrap_or(0);
                    let is_missing = last >= 2 && entry.last_id_reading + 1 < last;
                    let is_removed = is_missing && (sees_everybody || !has_left(&record));
                    let state = if is_removed { State::Removed } else { State::OutOfSight };
                    let may_be_moving = last_ids.is_some() && !is_missing && moving.contains(&index);
                    if record.state == state || may_be_moving {
                        continue;
                    }
                    record.state = state;
                    record.read_at = read_at;
                }
                for source in sources {
                    let at = source.index();
                    if !entry.detailed[at] && record.state != State::Removed {
                        record.shown[at] = crate::FieldSet::EMPTY;
                        record.hashes.details[at] = None;
                    }
                }
                self.put_record(index, record, before, fields).await?;
            }
        }
        Ok(())
    }
}

/// Whether the last known status is 5 (退出企业). Such a member may be in no list, so that only an app that sees everybody proves the
/// removal.
fn has_left(record: &MemberRecord) -> bool {
    record.member.status.known() == Some(&MemberStatus::Left)
}

/// Objects that differ between two readings of the ids.
#[derive(Default)]
struct Changing {
    members: BTreeSet<Index>,
    departments: BTreeSet<DepartmentId>,
}

impl Changing {
    fn is_empty(&self) -> bool {
        self.members.is_empty() && self.departments.is_empty()
    }
}

/// Reads the departments with their details again. What several credentials see comes together.
async fn department_details(
    sources: &[(Client, Sight)],
    polling: wecom_contacts::Polling,
) -> Result<Option<(Timestamp, BTreeMap<DepartmentId, Department>)>> {
    let sent_at = Timestamp::now();
    let mut details = BTreeMap::new();
    for (client, _) in sources {
        for department in details::departments(client, polling).await? {
            details.entry(department.id).or_insert(department);
        }
    }
    Ok((!sources.is_empty()).then_some((sent_at, details)))
}

fn parse(row: &RawRow) -> Result<Member> {
    row.member().map_err(|error| Error::Row(Box::new(error)))
}

/// The members whose departments differ between two readings, each in order.
fn difference(before: &[(Index, DepartmentId)], after: &[(Index, DepartmentId)]) -> BTreeSet<Index> {
    let (mut left, mut right) = (before.iter().peekable(), after.iter().peekable());
    let mut differing = BTreeSet::new();
    loop {
        match (left.peek(), right.peek()) {
            (None, None) => return differing,
            (Some(old), Some(new)) if old == new => {
                left.next();
                right.next();
            }
            (Some(old), Some(new)) if old < new => {
                differing.insert(old.0);
                left.next();
            }
            (Some(old), None) => {
                differing.insert(old.0);
                left.next();
            }
            (_, Some(new)) => {
                differing.insert(new.0);
                right.next();
            }
        }
    }
}

/// Counts the changes of one kind of object. New objects are counted apart: the journal leaves out those of the baseline.
fn counts(changes: &[Change], created: u64, seen: u64, detailed: u64) -> Counts {
    let mut counts = Counts { seen, detailed, created, ..Counts::default() };
    for change in changes {
        match change.action {
            Action::Created => {}
            Action::Changed | Action::BackInSight => counts.changed += 1,
            Action::Removed => counts.removed += 1,
            Action::OutOfSight => counts.out_of_sight += 1,
        }
    }
    counts
}
