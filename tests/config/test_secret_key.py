import stat
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from config.secret_key import kept_secret_key


def test_it_is_made_once_and_kept(tmp_path):
    first = kept_secret_key(tmp_path)

    assert len(first) > 50
    assert kept_secret_key(tmp_path) == first


def test_nobody_else_on_the_machine_can_read_it(tmp_path):
    kept_secret_key(tmp_path)

    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_of_processes_that_start_together_all_have_the_same_and_nothing_else_is_left(tmp_path):
    together = Barrier(8)

    def start(_):
        together.wait()
        return kept_secret_key(tmp_path)

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(start, range(8)))

    assert keys == {(tmp_path / "secret_key").read_text()}
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
