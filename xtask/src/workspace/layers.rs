//! The layers of the simulator, as `ARCHITECTURE.md` lists them. A file imports from its own layer and from lower
//! ones, and imports have no cycles.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, Item, Macro, UseTree, Visibility, visit::Visit};

use super::text;
use crate::root;

const SOURCES: &str = "crates/wecom-sim/src";
const HEADING: &str = "### Layers of the simulator";

/// The path of a module below the crate, such as `["world", "view"]`; empty for the crate.
type Module = Vec<String>;

/// The declarations of one file.
#[derive(Debug, Default)]
struct Source {
    /// The declared modules with their own files.
    children: Vec<String>,
    /// The re-exported names, with their origins.
    exports: BTreeMap<String, Module>,
    /// The used paths, starting at the crate.
    uses: BTreeSet<Module>,
}

/// Whether an item exists only in tests.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|condition| condition == "test")
    })
}

fn attributes_of(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Finds the paths of a `use`, each with the name that it imports.
fn flatten(tree: &UseTree, before: &[String], found: &mut Vec<(Vec<String>, String)>) {
    let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
    match tree {
        UseTree::Path(path) => flatten(&path.tree, &with(&path.ident), found),
        UseTree::Name(name) if name.ident == "self" => {
            found.push((before.to_vec(), before.last().cloned().unwrap_or_default()));
        }
        UseTree::Name(name) => found.push((with(&name.ident), name.ident.to_string())),
        UseTree::Rename(rename) => found.push((with(&rename.ident), rename.rename.to_string())),
        UseTree::Glob(_) => found.push((before.to_vec(), String::new())),
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, before, found)),
    }
}

/// Reads one file of the module `own`.
struct Reader<'a> {
    own: &'a [String],
    source: Source,
}

impl Reader<'_> {
    /// Returns a path starting at the crate; `None` for a path outside the crate.
    fn absolute(&self, path: &[String]) -> Option<Module> {
        let supers = path.iter().take_while(|segment| *segment == "super").count();
        let first = path.first()?.as_str();
        match first {
            "crate" => Some(path[1..].to_vec()),
            "self" => Some([self.own, &path[1..]].concat()),
            "super" => Some([&self.own[..self.own.len().checked_sub(supers)?], &path[supers..]].concat()),
            child if self.source.children.iter().any(|known| known == child) => {
                Some([self.own, path].concat())
            }
            _ => None,
        }
    }

    fn take(&mut self, path: &[String]) {
        self.source.uses.extend(self.absolute(path));
    }

    /// Finds paths in the tokens of a macro, which no parser has read.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let word = |at: usize| match tokens.get(at) {
            Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
            _ => None,
        };
        let is_colon =
            |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
        let mut at = 0;
        while at < tokens.len() {
            if let TokenTree::Group(group) = &tokens[at] {
                self.tokens(group.stream());
            }
            let mut path = Vec::new();
            while let Some(name) = word(at) {
                path.push(name);
                if !(is_colon(at + 1) && is_colon(at + 2) && word(at + 3).is_some()) {
                    break;
                }
                at += 3;
            }
            if path.len() > 1 {
                self.take(&path);
            }
            at += 1;
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if is_test(attributes_of(item)) {
            return;
        }
        if let Item::Use(item) = item {
            let mut paths = Vec::new();
            flatten(&item.tree, &[], &mut paths);
            for (path, name) in paths {
                let Some(from) = self.absolute(&path) else { continue };
                let is_reexport = !matches!(item.vis, Visibility::Inherited);
                if is_reexport && !name.is_empty() {
                    self.source.exports.insert(name, from.clone());
                }
                // A re-export from a submodule is not a dependency on it.
                if !is_reexport || !from.starts_with(self.own) {
                    self.source.uses.insert(from);
                }
            }
            return;
        }
        syn::visit::visit_item(self, item);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if segments.len() > 1 {
            self.take(&segments);
        }
        syn::visit::visit_path(self, path);
    }

    /// `pub(in crate::world)` is a restriction and not a use.
    fn visit_visibility(&mut self, _visibility: &'ast Visibility) {}

    fn visit_macro(&mut self, makro: &'ast Macro) {
        self.tokens(makro.tokens.clone());
    }
}

fn read(code: &str, own: &[String]) -> Source {
    let file = syn::parse_file(code).unwrap();
    let mut reader = Reader { own, source: Source::default() };
    for item in &file.items {
        if let Item::Mod(module) = item
            && module.content.is_none()
            && !is_test(&module.attrs)
        {
            reader.source.children.push(module.ident.to_string());
        }
    }
    reader.visit_file(&file);
    reader.source
}

/// Returns all modules of a crate with their own files, except those for tests only.
fn modules(sources: &Path) -> BTreeMap<Module, Source> {
    let mut found = BTreeMap::new();
    let mut waiting: Vec<Module> = vec![Vec::new()];
    while let Some(own) = waiting.pop() {
        let file: PathBuf = match own.as_slice() {
            [] => sources.join("lib.rs"),
            path => {
                let place = sources.join(path.join("/"));
                // A directory without `mod.rs` has files of another kind, such as the page of `control/page.rs`.
                Some(place.join("mod.rs")).filter(|file| file.exists()).unwrap_or(place.with_extension("rs"))
            }
        };
        let source = read(&fs::read_to_string(&file).unwrap(), &own);
        waiting.extend(
            source.children.iter().map(|child| [own.as_slice(), std::slice::from_ref(child)].concat()),
        );
        found.insert(own, source);
    }
    found
}

/// Returns the module that a path leads to, through all re-exports.
fn target(modules: &BTreeMap<Module, Source>, path: &[String]) -> Module {
    let mut path = path.to_vec();
    for _ in 0..8 {
        let length = (0..=path.len()).rev().find(|length| modules.contains_key(&path[..*length]));
        let (module, rest) = path.split_at(length.expect("the crate itself is a module"));
        match rest.first().and_then(|name| modules[module].exports.get(name)) {
            Some(from) => path = [from.as_slice(), &rest[1..]].concat(),
            None => return module.to_vec(),
        }
    }
    path
}

/// Returns the imports of each module, except those of the crate's root, which only re-exports.
fn imports(modules: &BTreeMap<Module, Source>) -> BTreeMap<Module, BTreeSet<Module>> {
    let of = |own: &Module, source: &Source| {
        source
            .uses
            .iter()
            .map(|path| target(modules, path))
            .filter(|to| to != own && !to.is_empty())
            .collect()
    };
    modules
        .iter()
        .filter(|(own, _)| !own.is_empty())
        .map(|(own, source)| (own.clone(), of(own, source)))
        .collect()
}

/// Returns the layers of a page, lowest first. They are in the first two cells of each row below the heading.
fn listed(page: &str) -> Vec<(String, Vec<Module>)> {
    let (_, below) = page.split_once(HEADING).expect("the page lists the layers");
    let rows =
        below.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    rows.skip(2)
        .map(|row| {
            let mut cells = row.trim_matches('|').split('|').map(str::trim);
            let name = cells.next().unwrap_or_default().to_owned();
            let modules = cells.next().unwrap_or_default().split('`').skip(1).step_by(2);
            (name, modules.map(|path| path.split("::").map(str::to_owned).collect()).collect())
        })
        .collect()
}

/// Returns the index of a module's layer, by the longest listed path that is a prefix of the module.
fn layer_of(layers: &[(String, Vec<Module>)], module: &[String]) -> Option<usize> {
    let fitting = layers.iter().enumerate().flat_map(|(place, (_, paths))| {
        paths.iter().filter(|path| module.starts_with(path)).map(move |path| (path.len(), place))
    });
    fitting.max().map(|(_, place)| place)
}

/// Returns the imports from a higher layer, as text.
fn upward(layers: &[(String, Vec<Module>)], imports: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<String> {
    let mut found = Vec::new();
    for (own, to) in imports {
        let Some(place) = layer_of(layers, own) else {
            found.push(format!("{} is in no layer", own.join("::")));
            continue;
        };
        for above in to.iter().filter(|to| layer_of(layers, to).is_some_and(|other| other > place)) {
            found.push(format!("{} imports from {}", own.join("::"), above.join("::")));
        }
    }
    found
}

/// Returns the modules of import cycles. All modules without imports, or without importers, are removed repeatedly.
fn cycle(imports: &BTreeMap<Module, BTreeSet<Module>>) -> BTreeSet<Module> {
    let mut left: BTreeSet<Module> = imports.keys().cloned().collect();
    loop {
        let keeps = |module: &Module| {
            let imports_one = imports[module].iter().any(|to| left.contains(to));
            imports_one && left.iter().any(|other| imports[other].contains(module))
        };
        let next: BTreeSet<Module> = left.iter().filter(|module| keeps(module)).cloned().collect();
        if next.len() == left.len() {
            return left;
        }
        left = next;
    }
}

#[test]
fn no_file_of_the_simulator_imports_from_a_higher_layer() {
    let layers = listed(&text("ARCHITECTURE.md"));
    assert!(layers.len() > 5, "{layers:?}");
    let modules = modules(&root().join(SOURCES));
    let unknown: Vec<&Module> =
        layers.iter().flat_map(|(_, paths)| paths).filter(|path| !modules.contains_key(*path)).collect();
    assert!(unknown.is_empty(), "ARCHITECTURE.md lists missing modules: {unknown:?}");
    let upward = upward(&layers, &imports(&modules));
    assert!(upward.is_empty(), "see \"Layers of the simulator\" in ARCHITECTURE.md: {upward:#?}");
}

#[test]
fn the_files_of_the_simulator_have_no_import_cycle() {
    let circle = cycle(&imports(&modules(&root().join(SOURCES))));
    assert!(circle.is_empty(), "{circle:#?}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(path: &str) -> Module {
        path.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect()
    }

    fn modules_of(files: &[(&str, &str)]) -> BTreeMap<Module, Source> {
        files.iter().map(|(path, code)| (module(path), read(code, &module(path)))).collect()
    }

    const PAGE: &str = "### Layers of the simulator\n\n| Layer | Modules |\n|---|---|\n| ground | `clock` `world::fail` |\n\
        | world | `world` |\n| api | `api` |\n\nmore";

    #[test]
    fn an_import_from_a_higher_layer_is_found_in_every_notation() {
        for code in [
            "use crate::api::Call;",
            "use super::api;",
            "use crate::{clock::Millis, api::{self}};",
            "fn f() -> u32 { crate::api::g() }",
            "struct S { call: super::api::Call }",
            "fn f() { println!(\"{}\", crate::api::g()); }",
            "use crate::Call;",
            "pub(crate) use crate::api::Call;",
        ] {
            let modules = modules_of(&[
                ("", "mod api; mod clock; mod world; pub use api::Call;"),
                ("api", ""),
                ("clock", ""),
                ("world", code),
            ]);
            let found = upward(&listed(PAGE), &imports(&modules));
            assert_eq!(found, ["world imports from api"], "{code}");
        }
    }

    #[test]
    fn imports_from_lower_layers_and_in_tests_are_allowed() {
        let modules = modules_of(&[
            ("", "mod api; mod clock; mod world;"),
            ("api", "use crate::world::Fail; pub(in crate::world) fn f() {}"),
            ("clock", "#[cfg(test)] mod tests { use crate::api::Call; } #[cfg(test)] use crate::api;"),
            ("world", "mod fail; mod view; pub(crate) use fail::Fail; pub(crate) use view::View;"),
            ("world::fail", "//! crate::api is above"),
            ("world::view", "use super::Fail; use crate::clock;"),
        ]);
        let imports = imports(&modules);
        assert_eq!(upward(&listed(PAGE), &imports), [""; 0]);
        assert_eq!(imports[&module("world::view")], [module("clock"), module("world::fail")].into());
        assert!(cycle(&imports).is_empty());
    }

    #[test]
    fn cycles_and_modules_without_a_layer_are_found() {
        let modules = modules_of(&[
            ("", "mod a; mod b; mod c; mod d;"),
            ("a", "use crate::b::B;"),
            ("b", "use crate::c::C;"),
            ("c", "fn f() { crate::a::g() }"),
            ("d", "use crate::a::A;"),
        ]);
        let imports = imports(&modules);
        assert_eq!(cycle(&imports), ["a", "b", "c"].map(module).into());
        assert_eq!(upward(&listed(PAGE), &imports).len(), 4, "none of them is in a layer");
    }
}
