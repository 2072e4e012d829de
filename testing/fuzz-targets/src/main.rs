//! Writes the seeds of a target into a directory: `wecom-fuzz-targets TARGET FOLDER`.

use std::{env, fs, io, path::Path, process::ExitCode};

use wecom_fuzz_targets::seeds;

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let (Some(target), Some(folder)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: wecom-fuzz-targets TARGET FOLDER");
        return ExitCode::from(2);
    };
    match write(&target, folder.as_ref()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: cannot write the seeds into {folder}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(target: &str, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (number, seed) in seeds::seeds(target)?.into_iter().enumerate() {
        fs::write(folder.join(format!("seed-{number:03}")), seed)?;
    }
    Ok(())
}
