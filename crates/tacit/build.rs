//! Puts the built dashboard into the binary: a table of its files for `src/http/dashboard.rs`.
//!
//! The files are those of `web/dist`, or of the folder that `TACIT_WEB_DIST` names. Without them the
//! table is empty and the server says so on its start page, so that nobody needs Node to build it.

use std::{
    env,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

/// Endings of the copies of a file that were compressed beforehand.
const COMPRESSED: [&str; 2] = ["br", "gz"];

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-env-changed=TACIT_WEB_DIST");
    println!("cargo:rerun-if-changed=build.rs");
    let folder = dashboard_folder();
    if let Some(folder) = &folder {
        println!("cargo:rerun-if-changed={}", folder.display());
    }
    let mut files = Vec::new();
    if let Some(folder) = &folder {
        collect(folder, &mut files)?;
        files.sort();
    }
    let target = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("dashboard_files.rs");
    fs::write(target, table(folder.as_deref(), &files)?)
}

/// The folder with the built dashboard, if there is one. An empty `web/dist` is made where the
/// dashboard's source is, because Cargo runs this again and again if what it watches is missing.
fn dashboard_folder() -> Option<PathBuf> {
    if let Some(folder) = env::var_os("TACIT_WEB_DIST").filter(|folder| !folder.is_empty()) {
        return Some(PathBuf::from(folder));
    }
    let web = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR")?).join("../../web");
    if !web.is_dir() {
        return None;
    }
    let folder = web.join("dist");
    if !folder.is_dir() {
        fs::create_dir(&folder).ok()?;
    }
    folder.canonicalize().ok()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if !is_compressed(&path) {
            files.push(path);
        }
    }
    Ok(())
}

fn is_compressed(path: &Path) -> bool {
    path.extension().is_some_and(|ending| COMPRESSED.iter().any(|compressed| ending == *compressed))
}

/// The table as Rust.
fn table(folder: Option<&Path>, files: &[PathBuf]) -> io::Result<String> {
    let mut text = String::from("&[\n");
    for file in files {
        let path = folder.and_then(|folder| file.strip_prefix(folder).ok()).unwrap_or(file);
        let path = path.to_string_lossy().replace('\\', "/");
        let [br, gz] = COMPRESSED.map(|ending| compressed(file, ending));
        let (path, tag) = (format!("/{path}"), format!("\"{:016x}\"", hash(&fs::read(file)?)));
        let plain = included(file);
        let _ = writeln!(
            text,
            "    File {{ path: {path:?}, tag: {tag:?}, plain: {plain}, br: {br}, gz: {gz} }},"
        );
    }
    text.push_str("]\n");
    Ok(text)
}

fn compressed(file: &Path, ending: &str) -> String {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    let path = PathBuf::from(name);
    if path.is_file() { format!("Some({})", included(&path)) } else { "None".to_owned() }
}

fn included(path: &Path) -> String {
    format!("include_bytes!({:?})", path.to_string_lossy())
}

/// FNV-1a, 64 bits: tells one build's file from another's. Nobody gains by making two files alike.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
