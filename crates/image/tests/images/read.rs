//! Archives become configuration and files.

use dockfit_image::{ImageError, resolve};
use serde_json::json;

use crate::made::{Compression, File, Made, read};

fn paths(made: &Made) -> Vec<String> {
    made.read().tree.iter().map(|(path, _)| path.to_owned()).collect()
}

#[test]
fn every_form_and_compression_gives_the_same() {
    let made = Made::new().layer(vec![File::folder("app"), File::text("./app/main.py", "print()\n")]);
    for form in [made.clone(), made.oci()] {
        for compression in [Compression::None, Compression::Gzip, Compression::Zstd] {
            let image = form.clone().compressed(compression).read();
            assert_eq!(image.config.cmd, ["/bin/app"]);
            let content = image.tree.get("/app/main.py").and_then(|node| node.content()).expect("a file");
            assert_eq!((content.size, content.digest), (8, dockfit_image::digest_of(b"print()\n")));
            let layer = &image.layers[0];
            assert_eq!((layer.made_by.as_str(), layer.content), ("STEP 0", 8));
        }
    }
}

#[test]
fn a_layer_removes_from_those_below_only() {
    let below = vec![
        File::folder("a"),
        File::text("a/old", "1"),
        File::text("a/kept", "1"),
        File::folder("b"),
        File::text("b/deep", "1"),
        File::folder("c"),
        File::text("c/file", "1"),
    ];
    let above = vec![
        File::text("a/.wh.old", ""),
        File::text("b/new", "2"),
        // Behind what the layer adds itself, which stays.
        File::text("b/.wh..wh..opq", ""),
        // A file in the place of a folder.
        File::text("c", "2"),
    ];
    let made = Made::new().layer(below).layer(above);
    assert_eq!(paths(&made), ["a", "a/kept", "b", "b/new", "c"]);
    assert_eq!(made.read().tree.get("b/new").map(|node| node.layer), Some(1));
}

#[test]
fn another_name_of_a_file_has_its_content() {
    let made = Made::new().layer(vec![File::text("one", "text"), File::hard_link("two", "one")]);
    let tree = made.read().tree;
    assert_eq!(tree.get("one").map(|node| &node.kind), tree.get("two").map(|node| &node.kind));
}

#[test]
fn links_are_followed_in_every_folder() {
    let made = Made::new().layer(vec![
        File::link("bin", "usr/bin"),
        File::folder("usr/bin"),
        File::program("usr/bin/python3.13", b"x"),
        File::link("usr/bin/python", "./python3.13"),
        File::link("round", "/round"),
        File::link("up", "../../usr"),
    ]);
    let tree = made.read().tree;
    let follow = |path: &str| tree.follow(path).map(|(path, _)| path);
    assert_eq!(follow("/bin/python").as_deref(), Some("usr/bin/python3.13"));
    assert_eq!(follow("/up/bin/python").as_deref(), Some("usr/bin/python3.13"));
    assert_eq!(follow("/round"), None);
    assert_eq!(follow("/none"), None);
}

#[test]
fn a_command_is_found_as_the_engine_finds_it() {
    let mut elf = b"\x7fELF\x02\x01".to_vec();
    elf.resize(64, 0);
    elf[32] = 64; // the table of program headers
    elf[54] = 56; // the size of one
    elf[56] = 1; // how many
    elf.extend([3, 0, 0, 0, 4, 0, 0, 0, 120, 0, 0, 0, 0, 0, 0, 0]);
    elf.resize(120, 0);
    elf.extend(b"/lib64/ld.so\0");
    let files = vec![
        File::text("etc/passwd", "root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/home/app:\n"),
        File::program("usr/bin/python3", b"x"),
        File::program("usr/bin/env", b"x"),
        File::program("bin/script", b"#!/usr/bin/python3 -u\n"),
        File::program("bin/strange", b"#!/usr/local/bin/python3.12\n"),
        File::program("bin/by-env", b"#!/usr/bin/env -S python4\n"),
        File::program("bin/elf", &elf),
        File::program("app/run", b"x"),
        File::text("bin/text", "x"),
        File::program("bin/mine", b"x").mode(0o700),
        File::folder("bin/folder"),
    ];
    let image = Made::new().layer(files).with("WorkingDir", json!("/app")).with("User", json!("app")).read();
    let said = |word: &str| match resolve(&image, &[word]) {
        Ok(path) => path,
        Err(error) => error.to_string(),
    };
    assert_eq!(said("script"), "/bin/script");
    assert_eq!(said("./run"), "/app/run");
    assert_eq!(
        said("strange"),
        "`/bin/strange` wants `/usr/local/bin/python3.12`, which is not in the image"
    );
    assert_eq!(said("by-env"), "`/bin/by-env` wants `python4`, which is not in the image");
    assert_eq!(said("elf"), "`/bin/elf` wants `/lib64/ld.so`, which is not in the image");
    assert_eq!(said("none"), "`none` is not in the image");
    assert_eq!(said("text"), "the image's user may not execute `text`");
    assert_eq!(said("mine"), "the image's user may not execute `mine`");
    assert_eq!(said("/bin/folder"), "`/bin/folder` is no file");
}

#[test]
fn what_is_no_image_is_an_error() {
    let said = |archive: &[u8]| read(archive).map(drop).map_err(|error| error.to_string());
    assert!(matches!(read(b""), Err(ImageError::Malformed(_))));
    let whole = Made::new().layer(vec![File::text("a", "1")]).compressed(Compression::Gzip).archive();
    // However it is cut, it is an error or an image, never a panic.
    for end in (0..whole.len()).step_by(97) {
        let _ = read(&whole[..end]);
    }
    for at in (0..whole.len()).step_by(61) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0xff;
        let _ = read(&damaged);
    }
    let other = {
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(2);
        builder.append_data(&mut header, "index.json", b"{}".as_slice()).expect("memory");
        builder.into_inner().expect("memory")
    };
    assert_eq!(said(&other), Err("the image archive cannot be used: index.json names no image".to_owned()));
}
