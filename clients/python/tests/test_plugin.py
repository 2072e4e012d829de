"""The pytest plugin."""

from __future__ import annotations

import pytest


def test_each_test_gets_a_fresh_corp(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest, time

        @pytest.mark.parametrize("round", [1, 2])
        def test_a_change_does_not_reach_the_next_test(wecom, round):
            assert wecom.state()["members"] == 7
            assert wecom.requests() == wecom.deliveries() == []
            assert wecom.faults() == {"calls": [], "deliveries": []}
            assert abs(wecom.clock()["now"] / 1000 - time.time()) < 60
            assert wecom.clock()["speed"] == 1
            wecom.seed(40)
            wecom.advance(7200)
            wecom.run_clock(60)
            wecom.fault("*", {"errcode": -1})
            wecom.console.set_callback("http://127.0.0.1:9/", "token", "a" * 43, verify=False)
            wecom.console.event("change_contact", {"ChangeType": "delete_user"})
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=2)


def test_one_process_serves_a_session(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        pids = set()

        def test_one(wecom, wecom_server):
            pids.add(wecom_server.pid)

        def test_two(wecom_server):
            assert pids == {wecom_server.pid}
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=2)


def test_each_worker_has_its_own_process(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import os, pathlib, pytest

        @pytest.mark.parametrize("number", range(4))
        def test_workers(wecom, wecom_server, worker_id, number):
            folder = pathlib.Path(os.environ["FOLDER"])
            (folder / worker_id).write_text(str(wecom_server.pid))
            wecom.seed(20 + number)
            assert wecom.state()["members"] == 20 + number
        """
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOLDER", str(pytester.mkdir("pids")))
        pytester.runpytest_subprocess("-n", "2", "--dist", "each").assert_outcomes(passed=8)
    pids = {path.name: path.read_text() for path in (pytester.path / "pids").iterdir()}
    assert set(pids) == {"gw0", "gw1"}
    assert pids["gw0"] != pids["gw1"]


def test_arguments_come_from_a_fixture(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def wecom_arguments():
            return ["--legacy"]
        """
    )
    pytester.makepyfile(
        """
        def test_rights_of_before_2022(wecom):
            assert all(credential["legacy"] for credential in wecom.state()["credentials"])
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_a_frozen_clock_is_set_back(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def wecom_arguments():
            return ["--now", "2026-01-05T09:00:00+08:00", "--freeze"]
        """
    )
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("round", [1, 2])
        def test_time(wecom, round):
            assert wecom.clock() == {"now": 1767574800000, "runs": False, "speed": 0.0}
            wecom.advance(3600)
            wecom.run_clock()
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=2)


def test_the_report_of_a_failed_test_lists_the_requests(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        from urllib.request import urlopen

        def test_wrong_secret(wecom):
            urlopen(f"{wecom.url}/cgi-bin/gettoken?corpid={wecom.corp_id}&corpsecret=no").read()
            assert False
        """
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*WeCom requests*", "GET gettoken (unknown caller): errcode 40001"])


def test_a_session_without_the_fixtures_starts_nothing(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TXL_BINARY", "/nonexistent/txl")
    pytester.makepyfile("def test_nothing(): pass")
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
