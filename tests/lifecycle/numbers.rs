//! Numbers and names are libvirt's.

use virtwatch::{
    CrashedReason, EventKind, EventType, EventTypes, PausedReason, RunningReason, ShutdownReason,
    ShutoffReason, State, Status,
};

use super::model::numbers::{STATES, TYPES};

/// "api error" and `API_ERROR`, "pmsuspended" and PMSUSPENDED, "post-copy" and POSTCOPY.
fn is_name_of(shown: &str, constant: &str) -> bool {
    let letters = |text: &str| -> String {
        text.chars()
            .filter(char::is_ascii_alphabetic)
            .map(|letter| letter.to_ascii_uppercase())
            .collect()
    };
    letters(shown) == letters(constant)
}

/// LIBVIRT 2.1, DESIGN 2: types and details, and no others.
#[test]
fn types_and_details_have_the_documented_numbers() {
    let mut known = Vec::new();
    for (type_name, type_number, details) in TYPES {
        for (detail_number, detail_name) in (0..).zip(*details) {
            let kind = EventKind::from_numbers(*type_number, detail_number).unwrap();
            assert_eq!(kind.event_type().number(), *type_number);
            assert_eq!(kind.detail(), detail_number);
            assert!(is_name_of(kind.event_type().name(), type_name), "{kind}");
            assert!(is_name_of(kind.detail_name(), detail_name), "{kind}");
            known.push((*type_number, detail_number));
        }
    }
    for event_type in (-1..70).chain([i32::MIN, i32::MAX]) {
        for detail in (-1..20).chain([i32::MIN, i32::MAX]) {
            assert_eq!(
                EventKind::from_numbers(event_type, detail).is_some(),
                known.contains(&(event_type, detail)),
                "{event_type} {detail}"
            );
        }
    }
    assert_eq!(EventType::ALL.len(), TYPES.len());
}

/// LIBVIRT 2.1: states and reasons. As in libvirt, a reason out of range is 0.
#[test]
fn states_and_reasons_have_the_documented_numbers() {
    for (state_number, (state_name, reasons)) in (0..).zip(STATES) {
        for (reason_number, reason_name) in (0..).zip(*reasons) {
            let status = Status::from_numbers(state_number, reason_number).unwrap();
            assert_eq!(status.state().number(), state_number);
            assert_eq!(status.reason(), reason_number);
            assert!(is_name_of(status.state().name(), state_name), "{status}");
            assert!(is_name_of(status.reason_name(), reason_name), "{status}");
            assert_eq!(status.is_active(), *state_name != "SHUTOFF");
        }
        let beyond = i32::try_from(reasons.len()).unwrap();
        for reason in [-1, beyond, i32::MIN, i32::MAX] {
            let status = Status::from_numbers(state_number, reason).unwrap();
            assert_eq!((status.state().number(), status.reason()), (state_number, 0));
        }
    }
    for state in [-1, 8, i32::MIN, i32::MAX] {
        assert_eq!(Status::from_numbers(state, 0), None);
    }
}

/// LIBVIRT 2.1: the enumerations one by one.
#[test]
fn every_number_and_name_leads_back_to_its_value() {
    macro_rules! check {
        ($($name:ident $count:expr;)+) => {$(
            assert_eq!($name::ALL.len(), $count);
            for value in $name::ALL {
                assert_eq!($name::from_number(value.number()), Some(*value));
                assert_eq!($name::from_name(value.name()), Some(*value));
                assert_eq!(value.to_string(), value.name());
            }
            assert_eq!($name::from_number(-1), None);
            assert_eq!($name::from_name(""), None);
        )+};
    }
    check! {
        EventType 11;
        State 8;
        RunningReason 12;
        PausedReason 14;
        ShutdownReason 2;
        ShutoffReason 9;
        CrashedReason 2;
    }
}

/// DESIGN 2: bit n stands for type n; bits that stand for no type are refused.
#[test]
fn a_set_of_types_has_one_bit_for_each() {
    for bit in 0..64 {
        let known = TYPES.iter().any(|row| row.1 == bit);
        let set = EventTypes::from_bits(1 << bit);
        assert_eq!(set.is_some(), known, "bit {bit}");
        for event_type in EventType::ALL {
            let alone = set.is_some_and(|set| set.contains(*event_type));
            assert_eq!(alone, event_type.number() == bit);
        }
    }
    for event_type in EventType::ALL {
        assert!(EventTypes::ALL.contains(*event_type));
        let libvirt = EventTypes::LIBVIRT.contains(*event_type);
        assert_eq!(libvirt, event_type.number() < 9);
        assert!(!EventTypes::from_bits(0).unwrap().contains(*event_type));
    }
}
