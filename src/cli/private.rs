//! A folder for this process alone, gone when it ends.

use std::fs::{self, DirBuilder};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// Exists as long as this does.
#[derive(Debug)]
pub struct PrivateFolder(PathBuf);

impl PrivateFolder {
    /// Makes one below the system's folder for temporary files, for its owner alone. Nobody can guess its name,
    /// and what is already there is never taken.
    pub fn new() -> io::Result<Self> {
        // Seeded by the system.
        let random = RandomState::new().hash_one(std::process::id());
        let path = std::env::temp_dir().join(format!("mopup-demo-{random:016x}"));
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        // What cannot be removed holds nothing but records of a demo.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn it_is_for_its_owner_and_goes_with_its_contents() {
        let folder = PrivateFolder::new().unwrap();
        let other = PrivateFolder::new().unwrap();
        assert_ne!(folder.path(), other.path());
        let mode = fs::metadata(folder.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        fs::create_dir(folder.path().join("uploads")).unwrap();
        let path = folder.path().to_owned();
        drop(folder);
        assert!(!path.exists());
        assert!(other.path().exists());
    }
}
