//! The texts of the page: both languages are complete, and each text is used.

use std::{collections::BTreeSet, fs, path::PathBuf};

use serde_json::{Map, Value};

fn directory() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "src", "control", "page"].iter().collect()
}

fn words() -> Map<String, Value> {
    serde_json::from_slice(&fs::read(directory().join("words.json")).unwrap()).unwrap()
}

/// Returns the scripts of the page as one text.
fn scripts() -> String {
    let files = fs::read_dir(directory()).unwrap().map(|file| file.unwrap().path());
    let scripts = files.filter(|path| path.extension().is_some_and(|extension| extension == "js"));
    scripts.map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// Returns the keys that the scripts use, and the beginnings of those that they compose.
fn used(scripts: &str) -> (BTreeSet<&str>, BTreeSet<&str>) {
    let after = |opening: &'static str, closing: &'static str| {
        scripts.split(opening).skip(1).map(move |rest| rest.split(closing).next().unwrap())
    };
    (after("say('", "'").collect(), after("say(`", "$").collect())
}

#[test]
fn every_text_that_the_scripts_use_is_there_in_both_languages() {
    let (words, scripts) = (words(), scripts());
    let (keys, beginnings) = used(&scripts);
    assert!(keys.len() > 100 && beginnings.len() > 1, "{} {beginnings:?}", keys.len());
    for key in keys {
        assert!(words.contains_key(key), "words.json lacks {key}");
    }
    for beginning in beginnings {
        assert!(words.keys().any(|key| key.starts_with(beginning)), "words.json lacks {beginning}…");
    }
    for (key, texts) in &words {
        let texts = texts.as_object().unwrap();
        assert_eq!(texts.keys().collect::<Vec<_>>(), ["en", "zh"], "{key}");
        assert!(
            texts.values().all(|text| text.as_str().is_some_and(|text| !text.trim().is_empty())),
            "{key}"
        );
        let blanks = |language: &str| -> BTreeSet<String> {
            let text = texts[language].as_str().unwrap();
            text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap().to_owned()).collect()
        };
        assert_eq!(blanks("en"), blanks("zh"), "{key} has the same values in both languages");
    }
}

#[test]
fn every_console_action_of_the_page_has_a_text() {
    let (words, scripts) = (words(), scripts());
    let actions = scripts.split("['").skip(1).map(|rest| rest.split('\'').next().unwrap());
    let actions: Vec<_> = actions
        .filter(|name| {
            ["create_", "update_", "delete_", "set_", "add_"].iter().any(|verb| name.starts_with(verb))
        })
        .collect();
    assert!(actions.len() > 10, "{actions:?}");
    for action in actions {
        assert!(words.contains_key(&format!("console-{action}")), "{action}");
    }
}

#[test]
fn no_text_is_unused() {
    let (words, scripts) = (words(), scripts());
    let (keys, beginnings) = used(&scripts);
    for key in words.keys() {
        let is_used = keys.contains(&**key) || beginnings.iter().any(|beginning| key.starts_with(beginning));
        assert!(is_used, "no script uses {key}");
    }
}
