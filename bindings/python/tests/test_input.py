"""Bad input: an error that says what is wrong, and nothing changed."""

from __future__ import annotations

from pathlib import Path

import pytest
import virtwatch
from conftest import xml

BOMB = (
    '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{n} "{"&a;" if n == 0 else f"&a{n - 1};" * 10}">' for n in range(9))
    + "]><domain type='test'><name>&a8;</name></domain>"
)

DOCUMENTS = {
    "empty": "",
    "no xml": "domain",
    "not closed": "<domain>",
    "null byte": xml("a\0b"),
    "null bytes only": "\0\0\0",
    "wrong root": "<network/>",
    "no name": "<domain type='test'/>",
    "empty name": xml(""),
    "slash in name": xml("a/b"),
    "newline in name": xml("a\nb"),
    "huge name": xml("x" * 100_000),
    "huge document": xml(body="<!--" + "x" * (5 << 20) + "-->"),
    "deep": "<domain>" + "<a>" * 100_000,
    "entities": BOMB,
    "external entity": "<!DOCTYPE d [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>" + xml("&e;"),
    "two roots": xml("a") + xml("b"),
    "bad uuid": "<domain type='test'><name>a</name><uuid>no</uuid></domain>",
}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_a_bad_document_changes_nothing(conn: virtwatch.Connection, document: str) -> None:
    before = conn.cursor
    for operation in (conn.define_xml, conn.create_xml):
        with pytest.raises(virtwatch.Error) as caught:
            operation(document)
        assert caught.value.code and caught.value.message
        assert len(caught.value.message) < 2000
    assert conn.cursor == before and conn.domains() == [] and conn.audit() == 0


@pytest.mark.parametrize("name", ["", "a/b", "a\nb", "x" * 100_000, "a\0b"])
def test_a_bad_name_renames_nothing(conn: virtwatch.Connection, name: str) -> None:
    domain = conn.define_xml(xml("vm"))
    before = conn.cursor
    with pytest.raises(virtwatch.Error):
        domain.rename(name)
    with pytest.raises(virtwatch.NotFoundError):
        conn.lookup_by_name(name)
    assert conn.cursor == before


@pytest.mark.parametrize("uri", ["test:///", "\0", "test", ":", "x" * 100_000, "test:///no\0file"])
def test_a_bad_uri_opens_nothing(uri: str) -> None:
    with pytest.raises(virtwatch.Error):
        virtwatch.connect(uri)


def test_what_is_no_text_is_refused(conn: virtwatch.Connection) -> None:
    with pytest.raises(UnicodeEncodeError):
        conn.define_xml("\ud800")
    with pytest.raises(TypeError):
        conn.define_xml(b"<domain/>")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        conn.watch(domain=7)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        conn.watch(resume="cursor")  # type: ignore[arg-type]
    with pytest.raises(virtwatch.InvalidArgumentError, match="max_lag"):
        conn.watch(max_lag=-1)
    with pytest.raises(virtwatch.InvalidArgumentError, match="id must be"):
        conn.lookup_by_id(2**40)
    with pytest.raises(TypeError, match="types must be"):
        conn.watch(types=virtwatch.EventType.STARTED)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="EventType"):
        conn.watch(types=["started"])  # type: ignore[list-item]


@pytest.mark.parametrize("name", ["a\0b", "x" * 1000, "", "."])
def test_a_bad_path_saves_nothing(
    conn: virtwatch.Connection, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G12: the domain goes on, and no file is left."""
    monkeypatch.chdir(tmp_path)
    domain = conn.create_xml(xml("vm"))
    before = conn.cursor
    with pytest.raises(virtwatch.SystemCallError):
        domain.save(name)
    assert domain.is_active and conn.cursor == before and list(tmp_path.iterdir()) == []
