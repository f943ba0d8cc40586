//! Every command, and how it fails.

use crate::tool::{Files, TEST_UUID, document, end, host, run, run_with, script, start, tool, uri};

#[test]
fn list_prints_the_active_domains_by_id_as_virsh_does() {
    let files = Files::new();
    let out = run(&["-c", &host(&files), "list"]).ok();
    assert_eq!(
        out,
        " Id   Name     State\n------------------------\n 1    runs     running\n 2    sleeps   paused\n"
    );
}

#[test]
fn list_prints_inactive_domains_when_asked_to() {
    let files = Files::new();
    let uri = host(&files);
    let names = |args: &[&str]| -> Vec<String> {
        let out = run(&[&["-c", &uri, "list"], args].concat()).ok();
        let rows = out.lines().skip(2).map(|row| row.split_whitespace().nth(1).unwrap().to_owned());
        rows.collect()
    };
    assert_eq!(names(&[]), ["runs", "sleeps"]);
    assert_eq!(names(&["--inactive"]), ["rests"]);
    assert_eq!(names(&["--all"]), ["runs", "sleeps", "rests"]);
}

#[test]
fn an_empty_host_lists_no_domain() {
    let out = run(&["-c", "test:///empty", "list", "--all"]).ok();
    assert_eq!(out, " Id   Name   State\n--------------------\n");
    assert_eq!(run(&["-c", "test:///empty", "list", "--json"]).ok(), "");
}

#[test]
fn each_command_says_what_it_did_and_does_it() {
    let files = Files::of_domains(&["a", "b"]);
    let run = files.run(
        "define @/a.xml\n\
         domstate a --reason\n\
         start a --paused\n\
         domstate a --reason\n\
         resume a\n\
         suspend a\n\
         resume a\n\
         reboot a\n\
         reset a\n\
         managedsave a\n\
         start a\n\
         domstate --reason a\n\
         managedsave a --paused\n\
         start a\n\
         domstate a\n\
         destroy a\n\
         rename a c\n\
         create --paused @/b.xml\n\
         save b @/image --running\n\
         restore @/image\n\
         domstate b --reason\n\
         shutdown b\n\
         start c\n\
         managedsave c\n\
         start --force-boot c\n\
         domstate c --reason\n\
         managedsave c\n\
         managedsave-remove c\n\
         undefine c\n\
         domstate 1\n",
    );
    let expected = files.script(
        "Domain 'a' defined from @/a.xml\n\
         shutoff (unknown)\n\
         Domain 'a' started\n\
         paused (user)\n\
         Domain 'a' resumed\n\
         Domain 'a' suspended\n\
         Domain 'a' resumed\n\
         Domain 'a' is being rebooted\n\
         Domain 'a' was reset\n\
         Domain 'a' state saved\n\
         Domain 'a' started\n\
         running (restored)\n\
         Domain 'a' state saved\n\
         Domain 'a' started\n\
         paused\n\
         Domain 'a' destroyed\n\
         Domain 'a' renamed to 'c'\n\
         Domain 'b' created from @/b.xml\n\
         Domain 'b' saved to @/image\n\
         Domain 'b' restored from @/image\n\
         running (restored)\n\
         Domain 'b' is being shutdown\n\
         Domain 'c' started\n\
         Domain 'c' state saved\n\
         Domain 'c' started\n\
         running (booted)\n\
         Domain 'c' state saved\n\
         Domain 'c' has no managed save image\n\
         Domain 'c' has been undefined\n\
         running\n",
    );
    assert_eq!(run.ok(), expected);
}

#[test]
fn undefine_takes_the_managed_save_image_only_when_asked_to() {
    let run = script("managedsave test\nundefine test\nundefine --managed-save test\nlist --all\n");
    assert_eq!(run.status, 1);
    assert!(run.err.contains("line 2: ") && run.err.contains("(code 55)"), "{}", run.err);
    assert!(run.out.contains("Domain 'test' has been undefined\n"), "{}", run.out);
}

#[test]
fn a_domain_is_found_by_id_uuid_and_name_in_this_order() {
    let files = Files::of_domains(&["1", TEST_UUID]);
    let run = files.run(&format!(
        "domstate 1\ndomstate test\ndomstate {TEST_UUID}\n\
         define @/1.xml\ndefine @/{TEST_UUID}.xml\n\
         domstate 1\ndomstate {TEST_UUID}\n\
         destroy test\n\
         dominfo 1\n"
    ));
    let out = run.ok();
    assert_eq!(out.matches("running\n").count(), 5, "{out}");
    assert!(out.contains("Domain 'test' destroyed"), "{out}");
    assert!(out.contains("Name:         1\n"), "{out}");
}

/// One rule for all faces, which is libvirt's.
#[test]
fn a_uuid_is_written_as_libvirt_reads_it() {
    let spelled = " 6695EB01f6a48304-79aa97f2-502e193f";
    assert_eq!(run(&["-c", "test:///default", "domstate", spelled]).ok(), "running\n");
    let braces = "{6695eb01-f6a4-8304-79aa-97f2502e193f}";
    let run = run(&["-c", "test:///default", "domstate", braces]);
    assert!(run.status == 1 && run.err.contains("(code 42)"), "{}", run.err);
}

#[test]
fn dominfo_shows_what_is_known() {
    let out = run(&["-c", "test:///default", "dominfo", "test"]).ok();
    for line in [
        "Id:           1",
        "Name:         test",
        "UUID:         6695eb01-f6a4-8304-79aa-97f2502e193f",
        "OS Type:      hvm",
        "State:        running",
        "CPU(s):       2",
        "Max memory:   8388608 KiB",
        "Used memory:  2097152 KiB",
        "Persistent:   yes",
        "Managed save: no",
    ] {
        assert!(out.lines().any(|shown| shown == line), "{line}\n{out}");
    }
}

#[test]
fn dumpxml_prints_the_live_document_and_the_inactive_one() {
    let live = run(&["-c", "test:///default", "dumpxml", "test"]).ok();
    assert!(live.starts_with("<domain type='test' id='1'>\n"), "{live}");
    assert!(live.ends_with("</domain>\n"), "{live}");
    let inactive = run(&["-c", "test:///default", "dumpxml", "test", "--inactive"]).ok();
    assert_eq!(live.replace(" id='1'", ""), inactive);
}

#[test]
fn a_document_may_come_from_standard_input() {
    let run = run_with(&["-c", "test:///empty", "define", "-"], &document("piped"));
    assert_eq!(run.ok(), "Domain 'piped' defined from -\n");
    let run = run_with(&["-c", "test:///empty", "create", "-"], &document("piped"));
    assert_eq!(run.ok(), "Domain 'piped' created from -\n");
}

#[test]
fn figures_of_the_source_are_shown() {
    let run = script("suspend test\nuri\nversion\naudit\nstats\nsupport\n");
    let out = run.ok();
    let version = concat!("virtwatch ", env!("CARGO_PKG_VERSION"), "\n");
    assert!(out.contains(&format!("test:///default\n{version}No domain differs\n")), "{out}");
    for line in ["Domains:        1", "Events:         1", "Audits:         1"] {
        assert!(out.lines().any(|shown| shown == line), "{line}\n{out}");
    }
    assert!(out.contains(" added         32       native\n"), "{out}");
    assert!(out.contains(" crashed       8        never\n"), "{out}");
}

#[test]
fn what_the_library_refuses_is_told_with_its_code_and_status_1() {
    let missing = "/nonexistent/file";
    for (args, code, said) in [
        (&["start", "test"][..], 55, "domain is already running"),
        (&["resume", "test"], 55, "Requested operation is not valid"),
        (&["start", "nope"], 42, "no domain with matching name 'nope'"),
        (&["dominfo", "77"], 42, "no domain with matching name '77'"),
        (&["define", missing], 38, "cannot read '/nonexistent/file': No such file"),
        (&["define", "/dev/null"], 35, ""),
        (&["restore", missing], 38, missing),
        (&["watch", "--domain", "nope"], 42, "'nope'"),
    ] {
        let run = run(&[&["-c", "test:///default"], args].concat());
        assert_eq!((run.status, run.out.as_str()), (1, ""), "{args:?}");
        let (start, end) = ("virtwatch: error: ", format!(" (code {code})\n"));
        assert!(run.err.starts_with(start) && run.err.ends_with(&end), "{args:?} {}", run.err);
        assert!(run.err.contains(said), "{args:?} {}", run.err);
    }
}

#[test]
fn a_connection_that_cannot_be_opened_is_an_error() {
    for (uri, code) in [("bogus:///x", 5), ("test", 5), ("test:///", 8), ("test:///none.xml", 27)] {
        for args in [&["-c", uri, "list"][..], &["-c", uri]] {
            let run = run(args);
            assert_eq!(run.status, 1, "{args:?}");
            assert!(run.err.contains(&format!("(code {code})\n")), "{args:?} {}", run.err);
        }
    }
}

#[test]
fn the_environment_names_the_default_uri_ours_first() {
    let run = end(start(&mut tool(&["uri"])));
    assert_eq!(run.status, 1);
    assert!(run.err.contains("(code 8)"), "{}", run.err);
    let mut command = tool(&["uri"]);
    let run = end(start(command.env("LIBVIRT_DEFAULT_URI", "test:///default")));
    assert_eq!(run.ok(), "test:///default\n");
    let run = end(start(command.env("VIRTWATCH_DEFAULT_URI", "test:///empty")));
    assert_eq!(run.ok(), "test:///empty\n");
}

#[test]
fn a_read_only_connection_changes_nothing() {
    let run = run(&["-r", "-c", "test:///default", "destroy", "test"]);
    assert_eq!(run.status, 1);
    assert!(run.err.contains("(code 29)"), "{}", run.err);
}

#[test]
fn wrong_usage_is_status_2_and_needs_no_connection() {
    for (args, said) in [
        (&["frobnicate"][..], "'frobnicate'"),
        (&["lst"], "'list'"),
        (&["list", "--bogus"], "'--bogus'"),
        (&["list", "--all", "--inactive"], "'--inactive'"),
        (&["start"], "Usage: virtwatch start"),
        (&["watch", "--type", "exploded"], "possible values: defined, undefined"),
        (&["watch", "--since", "yesterday"], "EPOCH:SEQ"),
        (&["watch", "--timeout", "-1"], "negative"),
        (&["watch", "--timeout", "soon"], "not a number of seconds"),
        (&["save", "test", "f", "--running", "--paused"], "'--paused'"),
    ] {
        let run = run(args);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{args:?}");
        assert!(run.err.starts_with("virtwatch: error: "), "{args:?} {}", run.err);
        assert!(run.err.contains(said), "{args:?} {}", run.err);
    }
}

#[test]
fn help_names_every_command() {
    let help = run(&["help"]).ok();
    assert_eq!(help, run(&["--help"]).ok());
    for command in [
        "watch",
        "list",
        "support",
        "define",
        "create",
        "start",
        "suspend",
        "resume",
        "shutdown",
        "reboot",
        "reset",
        "destroy",
        "save",
        "restore",
        "managedsave",
        "rename",
        "undefine",
        "dumpxml",
        "dominfo",
        "domstate",
        "audit",
        "stats",
        "uri",
        "version",
        "help",
    ] {
        assert!(help.contains(&format!("\n  {command} ")), "{command}\n{help}");
        let own = run(&[command, "--help"]);
        assert_eq!(own.status, if command == "help" { own.status } else { 0 }, "{command}");
    }
    let watch = run(&["help", "watch"]).ok();
    for option in ["--json", "--no-snapshot", "--domain", "--type", "--since", "--timeout"] {
        assert!(watch.contains(option), "{option}\n{watch}");
    }
    assert_eq!(run(&["--version"]).ok(), run(&["version"]).ok());
}

#[test]
fn a_file_is_a_host() {
    let files = Files::new();
    let path = files.path("node.xml");
    std::fs::write(&path, "<node/>").unwrap();
    assert_eq!(run(&["-c", &uri(&path), "list", "--json", "--all"]).ok(), "");
}
