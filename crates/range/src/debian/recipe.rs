//! How packages are built and run: which program reads what their tests feed it.

/// How a package is built, and how its program reads an input from standard input.
#[derive(Debug)]
pub struct Recipe {
    /// The source package.
    pub package: &'static str,
    /// Options for its `configure`.
    pub configure: &'static str,
    /// What `make` is asked for.
    pub make: &'static str,
    /// The program, within the tree.
    pub program: &'static str,
    /// Arguments to try where a test does not say its own.
    pub arguments: &'static [&'static [&'static str]],
    /// Debian packages that the build needs beside a compiler.
    pub build_packages: &'static [&'static str],
    /// What the program reads, in words.
    pub reads: &'static str,
}

const RECIPES: [Recipe; 2] = [
    Recipe {
        package: "fig2dev",
        configure: "",
        make: "-C fig2dev SUBDIRS='dev i18n'",
        program: "fig2dev/fig2dev",
        arguments: &[&["-L", "box"], &["-L", "pict2e"], &["-L", "epic"]],
        build_packages: &["libpng-dev", "zlib1g-dev"],
        reads: "a drawing in the Fig format",
    },
    Recipe {
        package: "libarchive",
        configure: "--disable-shared --disable-bsdcpio --disable-bsdcat --disable-acl --disable-xattr \
            --without-bz2lib --without-libb2 --without-iconv --without-lz4 --without-zstd --without-lzma \
            --without-cng --without-xml2 --without-expat --without-openssl --without-nettle",
        make: "bsdtar",
        program: "bsdtar",
        arguments: &[&["-xOf", "-"], &["-tvf", "-"]],
        build_packages: &["zlib1g-dev"],
        reads: "an archive of any kind",
    },
];

/// Every recipe.
#[must_use]
pub fn recipes() -> &'static [Recipe] {
    &RECIPES
}

/// The recipe for a package.
#[must_use]
pub fn recipe(package: &str) -> Option<&'static Recipe> {
    RECIPES.iter().find(|recipe| recipe.package == package)
}

impl Recipe {
    /// The program's own name.
    #[must_use]
    pub fn program_name(&self) -> &'static str {
        self.program.rsplit('/').next().unwrap_or(self.program)
    }
}
