//! What virt-install and virsh write is taken, run, listed and given back as it came.
//!
//! Needs virtinst, libvirt's `test` driver and osinfo-db. Without them the tests are skipped,
//! except where `CI` is set.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use virtwatch::{Connection, CreateFlags, Facts, ListFlags, Uuid, WatchOptions, XmlFlags, fold};

/// What the tool prints; `None` if it is not there and need not be.
#[expect(clippy::print_stderr, reason = "says that a test is skipped")]
fn output(tool: &str, arguments: &[&str]) -> Option<String> {
    let run = Command::new(tool).args(arguments).stdin(Stdio::null()).output();
    match run {
        Ok(output) => {
            let (text, errors) = (output.stdout, String::from_utf8_lossy(&output.stderr));
            assert!(output.status.success(), "{tool} {arguments:?}: {errors}");
            Some(String::from_utf8(text).unwrap())
        }
        Err(error) if error.kind() == ErrorKind::NotFound && std::env::var_os("CI").is_none() => {
            eprintln!("skipped: {tool} is not installed");
            None
        }
        Err(error) => panic!("{tool}: {error}"),
    }
}

/// The documents that virt-install prints for a guest: one for each phase. Each line is an option
/// and its value.
fn documents(uri: &str, options: &str) -> Option<Vec<String>> {
    let lines = options.lines().map(str::trim).filter(|line| !line.is_empty());
    let arguments = lines.flat_map(|line| match line.split_once(' ') {
        Some((option, value)) => vec![option, value],
        None => vec![line],
    });
    let arguments: Vec<_> =
        ["--print-xml", "--connect", uri].into_iter().chain(arguments).collect();
    let printed = output("virt-install", &arguments)?;
    let ends = printed.split_inclusive("</domain>").map(str::trim).filter(|text| !text.is_empty());
    let documents: Vec<_> = ends.map(str::to_owned).collect();
    assert!(!documents.is_empty(), "{arguments:?}");
    Some(documents)
}

/// Has virt-install believe in another hypervisor, one with capabilities of our own.
fn connect(hypervisor: &str, uri: &str) -> String {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real_input");
    let capabilities = directory.join(hypervisor).with_extension("xml");
    format!("__virtinst_test__test:///default,caps={},fakeuri={uri}", capabilities.display())
}

/// Every element by its path, with its attributes and its text, but without the id of the root.
fn elements(document: &str) -> Vec<String> {
    let name = |tag: &BytesStart<'_>| {
        let attribute = |attribute: quick_xml::events::attributes::Attribute<'_>| {
            format!("{}={}", attribute.key.as_ref(), attribute.value)
        };
        let name = tag.name().as_ref().to_owned();
        let mut attributes: Vec<_> =
            tag.attributes().map(|read| attribute(read.unwrap())).collect();
        attributes.retain(|attribute| name != "domain" || !attribute.starts_with("id="));
        attributes.sort();
        (format!("{name}[{}]", attributes.join(" ")), String::new())
    };
    let mut reader = Reader::from_str(document);
    let mut open: Vec<(String, String)> = Vec::new();
    let mut found = Vec::new();
    let mut close = |open: &mut Vec<(String, String)>| {
        let (_, text) = open.last().unwrap();
        let path: Vec<_> = open.iter().map(|(name, _)| name.as_str()).collect();
        found.push(format!("{} {}", path.join("/"), text.trim()));
        open.pop();
    };
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => open.push(name(&tag)),
            Event::Empty(tag) => {
                open.push(name(&tag));
                close(&mut open);
            }
            Event::End(_) => close(&mut open),
            Event::Text(text) => {
                if let Some((_, own)) = open.last_mut() {
                    own.push_str(&text);
                }
            }
            Event::GeneralRef(reference) => {
                let (_, own) = open.last_mut().unwrap();
                own.extend(["&", &*reference, ";"]);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    found.sort();
    found
}

/// Nothing is lost, and nothing is added but the UUID, where there was none.
fn assert_given_back(written: &str, dumped: &str) {
    let is_uuid = |element: &String| {
        let path: Vec<_> = element.split("]/").collect();
        path.len() == 2 && path.iter().any(|name| name.starts_with("uuid["))
    };
    let (written_elements, mut added) = (elements(written), elements(dumped));
    for element in &written_elements {
        let place = added.iter().position(|dumped| dumped == element);
        added.remove(place.unwrap_or_else(|| panic!("{element} is lost in\n{dumped}")));
    }
    if !written_elements.iter().any(is_uuid) {
        added.retain(|element| !is_uuid(element));
    }
    assert!(added.is_empty(), "{added:?} is added to\n{written}");
}

/// G2, G4: the document is defined or created, runs, is listed and given back; what a watch tells
/// of it folds to the listing.
fn assert_taken(document: &str, transient: bool) {
    let conn = Connection::open("test:///empty").unwrap();
    let options = WatchOptions { snapshot: true, ..WatchOptions::default() };
    let mut watch = conn.watch(options).unwrap();
    let domain = if transient {
        conn.create_xml(document, CreateFlags::empty()).unwrap()
    } else {
        let domain = conn.define_xml(document).unwrap();
        assert_given_back(document, &domain.xml(XmlFlags::empty()).unwrap());
        assert!(elements(document).iter().any(|element| element.ends_with(domain.name())));
        domain.start(CreateFlags::empty()).unwrap();
        domain
    };
    for flags in [XmlFlags::empty(), XmlFlags::INACTIVE] {
        assert_given_back(document, &domain.xml(flags).unwrap());
    }
    let id = domain.facts().unwrap().id().unwrap();
    let live = domain.xml(XmlFlags::empty()).unwrap();
    let root = live.split_once('>').unwrap().0;
    assert!(
        [format!("id='{id}'"), format!("id=\"{id}\"")].iter().any(|written| root.contains(written)),
        "{root}"
    );
    let kind = if transient { ListFlags::TRANSIENT } else { ListFlags::PERSISTENT };
    let listed = conn.facts(ListFlags::ACTIVE | kind);
    assert_eq!(listed, [domain.facts().unwrap()]);
    let mut view: HashMap<Uuid, Facts> = HashMap::new();
    while let Some(record) = watch.next(Some(Duration::ZERO)).unwrap() {
        fold(&mut view, &record);
    }
    assert_eq!(view.into_values().collect::<Vec<_>>(), listed);

    // What it gave back it takes again, as the same domain.
    let again = Connection::open("test:///empty").unwrap().define_xml(&live).unwrap();
    assert_eq!((again.uuid(), again.name()), (domain.uuid(), domain.name()));
}

/// Guests as virt-install writes them for QEMU. Returns how many documents there were.
fn assert_qemu_guest(options: &str) -> usize {
    let documents = documents(&connect("kvm", "qemu:///system"), options).unwrap_or_default();
    for document in &documents {
        assert_taken(document, false);
    }
    documents.len()
}

#[test]
fn a_linux_guest_with_several_disks_and_interfaces_is_taken() {
    assert_qemu_guest(
        "
        --virt-type kvm
        --name debian
        --memory memory=2048,maxmemory=4096
        --vcpus 2,maxvcpus=8,sockets=2,cores=4
        --disk path=/var/lib/virtwatch/a.qcow2,size=20,bus=virtio,cache=none
        --disk path=/var/lib/virtwatch/b.raw,size=5,format=raw,bus=scsi,serial=A<B&C
        --disk device=cdrom,bus=sata
        --network network=default,model=virtio,mac=52:54:00:00:00:01
        --network bridge=br0,model=e1000e
        --network user
        --import
        --osinfo debian11
        --metadata title=A title,description=Long & <short> über alles
        --events on_poweroff=destroy,on_reboot=restart,on_crash=coredump-destroy
        ",
    );
}

#[test]
fn a_windows_guest_with_uefi_and_a_tpm_is_taken() {
    assert_qemu_guest(
        "
        --virt-type kvm
        --name windows
        --memory 8192
        --vcpus 4
        --disk none
        --import
        --osinfo win11
        --boot loader=/a.fd,loader.readonly=yes,loader.type=pflash,nvram.template=/b.fd,loader.secure=yes
        --features smm.state=on,hyperv.relaxed.state=on,hyperv.vapic.state=on
        --tpm backend.type=emulator,backend.version=2.0,model=tpm-crb
        ",
    );
}

#[test]
fn an_older_windows_guest_is_taken() {
    assert_qemu_guest(
        "
        --virt-type kvm
        --name older
        --memory 2048
        --disk path=/var/lib/virtwatch/w.qcow2,size=40,bus=ide
        --import
        --osinfo win2k12r2
        --graphics vnc,listen=0.0.0.0,password=secret
        --sound ac97
        --clock offset=localtime
        ",
    );
}

#[test]
fn a_guest_with_firmware_chosen_by_the_host_is_taken() {
    assert_qemu_guest(
        "
        --virt-type kvm
        --name firmware
        --memory 1024
        --disk none
        --import
        --osinfo fedora36
        --boot firmware=efi
        --cpu host-passthrough,cache.mode=passthrough
        --rng /dev/urandom
        --memballoon model=virtio
        --channel unix,target.type=virtio,target.name=org.a.0
        --watchdog model=i6300esb,action=reset
        --seclabel type=dynamic
        --filesystem /srv/a,tag
        --iothreads 2
        ",
    );
}

#[test]
fn both_phases_of_an_installation_are_taken() {
    let phases = assert_qemu_guest(
        "
        --virt-type kvm
        --name installed
        --memory 1024
        --disk path=/var/lib/virtwatch/i.qcow2,size=10
        --pxe
        --network network=default
        --osinfo centos7.0
        ",
    );
    assert!(phases != 1, "one phase only");
}

#[test]
fn a_transient_guest_of_the_test_driver_is_taken() {
    let options = "
        --name transient
        --transient
        --memory 512
        --disk none
        --import
        --osinfo alpinelinux3.15
        ";
    for document in documents("test:///default", options).unwrap_or_default() {
        assert_taken(&document, true);
        assert_taken(&document, false);
    }
}

#[test]
fn containers_are_taken() {
    let system = "
        --name system
        --memory 256
        --osinfo generic
        --filesystem /srv/system,/
        --init /sbin/init
        --network network=default
        --idmap uid.start=0,uid.target=1000,uid.count=10,gid.start=0,gid.target=1000,gid.count=10
        ";
    let shell = "
        --name shell
        --memory 64
        --osinfo generic
        ";
    for options in [system, shell] {
        for document in documents(&connect("lxc", "lxc:///"), options).unwrap_or_default() {
            assert!(document.starts_with("<domain type=\"lxc\""), "{document}");
            assert_taken(&document, false);
            assert_taken(&document, true);
        }
    }
}

#[test]
fn xen_guests_are_taken() {
    for mode in ["--paravirt", "--hvm"] {
        let options = format!(
            "
            {mode}
            --name xen
            --memory 256
            --disk none
            --import
            --osinfo centos7.0
            "
        );
        for document in documents(&connect("xen", "xen:///"), &options).unwrap_or_default() {
            assert!(document.starts_with("<domain type=\"xen\""), "{document}");
            assert_taken(&document, false);
        }
    }
}

/// The running domain of libvirt's `test` driver, with its id.
#[test]
fn what_libvirt_dumps_is_taken() {
    for flags in [&[][..], &["--inactive"]] {
        let arguments = [&["-q", "-c", "test:///default", "dumpxml", "test"], flags].concat();
        if let Some(document) = output("virsh", &arguments) {
            assert_taken(&document, false);
            assert_taken(&document, true);
            // Without a UUID it gets one.
            let (before, rest) = document.split_once("<uuid>").unwrap();
            let (_, after) = rest.split_once("</uuid>").unwrap();
            assert_taken(&format!("{before}{after}"), false);
        }
    }
}
