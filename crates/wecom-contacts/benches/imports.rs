//! Writing and checking an import file of a million members, compared with the bare limit: the `csv` crate writes the
//! same cells.
//!
//! Each measurement runs in its own process, so that its peak memory is separate. Rows are created one by one in the
//! same buffer, as a reader of a file would do. Creating them is also measured alone. `ROWS=100000 cargo bench -p
//! wecom-contacts --bench imports` uses fewer rows.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::unwrap_used, reason = "a benchmark that fails stops")]

use std::{
    env, fs,
    hint::black_box,
    io,
    process::{Command, Stdio},
    time::Instant,
};

use serde::{Deserialize, Serialize};
use wecom_contacts::{
    UserId,
    imports::{ImportFile, ImportMember, MemberColumn},
    members::Gender,
};

const ROUNDS: usize = 5;
const ROLE: &str = "WECOM_BENCH_ROLE";
const ROLES: [&str; 4] = ["the rows alone", "bare csv", "written and checked", "the same, kept in memory"];

/// Output of a measured process.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Figure {
    seconds: f64,
    bytes: u64,
    peak_mib: f64,
}

fn main() {
    match env::var(ROLE).ok() {
        None => compare(),
        Some(role) => {
            let started = Instant::now();
            let bytes = work(&role);
            let seconds = started.elapsed().as_secs_f64();
            let figure = Figure { seconds, bytes, peak_mib: peak_mib() };
            println!("{}", serde_json::to_string(&figure).unwrap());
        }
    }
}

fn rows() -> u32 {
    env::var("ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(1_000_000)
}

fn work(role: &str) -> u64 {
    match role {
        "the rows alone" => {
            each_row(|row| {
                black_box(row);
            });
            0
        }
        "bare csv" => {
            let mut csv = csv::Writer::from_writer(Counted(0));
            csv.write_record(MemberColumn::ALL.map(MemberColumn::heading)).unwrap();
            each_row(|row| {
                for column in MemberColumn::ALL {
                    csv.write_field(row.cell(column).as_bytes()).unwrap();
                }
                csv.write_record(None::<&[u8]>).unwrap();
            });
            csv.into_inner().unwrap().0
        }
        "written and checked" => {
            let mut file = ImportFile::members().columns(MemberColumn::ALL).to_writer(io::sink());
            each_row(|row| file.push(row));
            let checked = file.finish().unwrap();
            // A million members exceed the limit of one upload. The check reports this too.
            assert!(checked.violations().total() <= 1, "{}", checked.violations());
            checked.bytes()
        }
        "the same, kept in memory" => {
            let mut file = ImportFile::members().columns(MemberColumn::ALL).in_memory();
            each_row(|row| file.push(row));
            let checked = file.finish();
            assert!(checked.violations().is_empty(), "{}", checked.violations());
            let bytes = checked.bytes();
            black_box(checked.into_file().unwrap());
            bytes
        }
        other => panic!("no such role: {other}"),
    }
}

/// Calls `take` with members that differ in account, mobile number and mail address.
fn each_row(mut take: impl FnMut(&ImportMember)) {
    let mut row = ImportMember::new("member00000000", "王敏")
        .mobile("13900000000")
        .email("member00000000@example.com")
        .department([2, 137])
        .position("高级工程师")
        .gender(Gender::Female)
        .is_leader_in_dept([true, false])
        .order([10, 0])
        .alias("Min")
        .telephone("010-12345678")
        .enabled(true);
    let mut number = b"00000000".to_vec();
    for at in 0..rows() {
        // A department holds at most 30,000 members.
        row.department[0].0 = 2 + at / 20_000;
        row.department[1].0 = 1000 + at / 20_000;
        for digit in number.iter_mut().rev() {
            if *digit < b'9' {
                *digit += 1;
                break;
            }
            *digit = b'0';
        }
        let digits = std::str::from_utf8(&number).unwrap();
        let mut userid = std::mem::take(&mut row.userid).into_string();
        userid.replace_range(6..14, digits);
        row.userid = UserId::new(userid);
        row.mobile.replace_range(3..11, digits);
        row.email.replace_range(6..14, digits);
        take(&row);
    }
}

struct Counted(u64);

impl io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += black_box(bytes).len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns the peak memory of this process in MiB.
fn peak_mib() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<f64>().ok()).unwrap_or(f64::NAN)
        / 1024.0
}

fn compare() {
    let own = env::current_exe().unwrap();
    let mut figures: Vec<Vec<Figure>> = vec![Vec::new(); ROLES.len()];
    // The measurements alternate, because the speed of the machine changes.
    for _ in 0..ROUNDS {
        for (role, taken) in ROLES.iter().zip(&mut figures) {
            let output = Command::new(&own)
                .env(ROLE, role)
                .stdout(Stdio::piped())
                .stderr(Stdio::inherit())
                .output()
                .unwrap();
            assert!(output.status.success(), "{role} failed");
            taken.push(serde_json::from_slice(&output.stdout).unwrap());
        }
    }
    let rows = f64::from(rows());
    println!(
        "{rows} members of {} columns, each figure the median of {ROUNDS} processes\n",
        MemberColumn::ALL.len()
    );
    println!("| What | seconds | rows/s | peak MiB | bytes of memory a row |\n|---|---|---|---|---|");
    let mut base = f64::NAN;
    for (role, taken) in ROLES.iter().zip(&mut figures) {
        taken.sort_by(|one, other| one.seconds.total_cmp(&other.seconds));
        let Figure { seconds, bytes, peak_mib } = taken[ROUNDS / 2];
        if base.is_nan() {
            base = peak_mib;
        }
        let memory = (peak_mib - base) * f64::from(1 << 20) / rows;
        println!(
            "| {role} ({} MB) | {seconds:.2} | {:.0} | {peak_mib:.0} | {memory:.0} |",
            bytes / 1_000_000,
            rows / seconds
        );
    }
}
