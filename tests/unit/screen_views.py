# SPDX-License-Identifier: MIT
"""Every view, state, dialog and key of the screen, through a terminal emulator."""
import contextlib
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'tools'))
from ptyterm import Term, run  # noqa: E402

DEMO = os.path.join(os.environ.get('builddir', '.'), 'tests', 'tools', 'tuidemo')


@contextlib.contextmanager
def demo(*args, cols=80, rows=24, ready='q quit', env=None, answers='xterm', still=True,
         cell=(9, 18)):
    log = os.path.join(os.environ.get('TMPDIR', '/tmp'), f'tuidemo-{os.getpid()}.log')
    argv = [DEMO, *(['-q'] if still else []), '-l', log, *args]
    term = Term(argv, cols=cols, rows=rows, env=env, answers=answers, cell=cell)
    term.log = log
    try:
        if ready:
            term.see(ready)
        yield term
        assert not term.reports(), term.reports()
    finally:
        term.close()
        if os.path.exists(log):
            os.unlink(log)


def did(term, line):
    """Waits until the demo was told to do something."""
    def there():
        with open(term.log) as f:
            return line in f.read().splitlines()
    term.wait(there, f'action {line!r}')


def quit_clean(term, key='q', says='tuidemo: quit'):
    term.key(key)
    assert term.wait_end() == 0, term.status
    term.see(says)
    term.check_clean()


def has_colours(term, least=20):
    """A picture: many colours of cells below the first line."""
    seen = {c[2] for row in term.cells(1) for c in row}
    return len(seen) >= least


def test_grid_shows_streams_and_figures():
    with demo() as t:
        t.see('1 front', '2 yard', '3 门口摄像头', '4 garage', 'camwall', '4 cameras · 4 live',
              'live  640×480  25.0 fps  7.9 Mb/s', 'loss 0.0 % (12 repaired)', 'disk 83.0 GB')
        t.wait(lambda: has_colours(t), 'pictures')
        quit_clean(t)


def test_wide_title_keeps_its_border():
    with demo() as t:
        t.see('门口摄像头')
        y, _ = t.find('门口摄像头')
        for line in t.lines()[y + 1:y + 4]:
            assert line, line
        assert t.cell(y, 39).data == '┐', t.lines()[y]


def test_states_in_words():
    with demo('-s', '-n', '6', cols=140, rows=50) as t:
        t.see('refused', 'not authorized; on the server add to', 'authorized_clients:', 'SHA256:x7Q',
              'lost', 'no answer from 10.0.0.7:9999', 'trying again in 4 s', 'offline',
              'the server has no picture', 'stale', 'no picture for', 'connecting',
              '6 cameras · 1 live')


def test_states_without_room():
    with demo('-s', '-n', '6', cols=60, rows=20) as t:
        t.see('stale')
        t.key('l')
        t.see('connecting', 'refused', 'lost', 'offline')


def test_no_streams():
    with demo('-n', '0') as t:
        t.see('no streams', 'press a to add one', '0 cameras')
        t.key('r', 's', 'enter', 'tab', 'down', 'pgdn', 'd', 'c', 'space')
        t.see('no stream is selected')
        quit_clean(t)


def test_sixty_four_streams_have_pages():
    with demo('-n', '64') as t:
        t.see('page 1/')
        t.key('pgdn')
        t.see('page 2/')
        t.key('end')
        t.wait(lambda: (lambda s: s and s.split('/')[0] == s.split('/')[1])(
            next((w for w in t.lines()[0].split() if '/' in w and w[0].isdigit()), None)),
            'the last page')
        t.key('home')
        t.see('page 1/')
        t.press(5, 5, 65)
        t.see('page 2/')
        t.press(5, 5, 64)
        t.see('page 1/')


def test_selection_by_keys_and_mouse():
    def selected(name):
        def cond():
            at = t.find(name)
            return at is not None and t.cell(at[0], 0 if at[1] < 40 else 40).data == '┏'
        t.wait(cond, f'{name} selected')
    with demo() as t:
        selected('1 front')
        for key, name in (('right', '2 yard'), ('down', '4 garage'), ('left', '3 门'),
                          ('up', '1 front'), ('tab', '2 yard'), ('backtab', '1 front'),
                          ('4', '4 garage'), ('home', '1 front'), ('end', '4 garage')):
            t.key(key)
            selected(name)
        t.press(5, 50)
        selected('2 yard')


def test_zoom_and_back():
    with demo(cols=120, rows=40) as t:
        t.key('2', 'enter')
        t.see('2 yard', 'bit rate', 'frames', 'latency', '· zoom')
        t.gone('1 front')
        assert any('\u2800' < c < '\u2900' for c in t.text()), 'no graph'
        t.key('esc')
        t.see('1 front')
        t.press(10, 10)
        t.press(10, 10)
        t.see('· zoom', '1 front')


def test_zoom_has_graphs_below_when_narrow():
    with demo(cols=80, rows=30) as t:
        t.key('enter')
        t.see('bit rate', 'latency')
        y, _ = t.find('bit rate')
        assert y > 15, t.text()


def test_list_sorts():
    def order():
        names = [n for n in ('front', 'yard', 'garage') if t.find(' ' + n)]
        return sorted(names, key=lambda n: t.find(' ' + n)[0])
    with demo(cols=140) as t:
        t.key('l')
        t.see('recording', 'bit rate', 'latency', '· list')
        t.wait(lambda: order() == ['front', 'yard', 'garage'], 'order as added')
        t.key('o')
        t.see('name▲')
        t.wait(lambda: order() == ['front', 'garage', 'yard'], 'order by name')
        t.key('O')
        t.wait(lambda: order() == ['yard', 'garage', 'front'], 'order reversed')
        y, x = t.find('latency')
        t.press(y, x)
        t.see('latency▲')
        t.key('esc')
        t.see('┏')


def test_list_with_little_room_keeps_name_and_state():
    with demo('-n', '30', cols=30, rows=10) as t:
        t.key('l')
        t.see('front', 'live')


def test_events_and_messages():
    with demo(rows=12) as t:
        t.key('R')
        t.see('recording all streams')
        for _ in range(12):
            t.key('s')
        did(t, 'snapshot 1')
        t.key('e')
        t.see('saved recordings/snapshot-1.jpg', '· events')
        t.key('home')
        t.see('recording all streams', 'newer ones below')
        t.key('end')
        t.gone('newer ones below')
        t.key('esc')
        t.see('1 front')


def test_help_comes_from_the_key_table():
    with demo('-k', 'record=F5', rows=60) as t:
        t.key('?')
        t.see('record this stream, or stop', 'F5', '1 – 9', 'end the program; asks while recording')
        t.key('esc')
        t.see('F5 rec')
        t.key('r')
        t.key('F5')
        did(t, 'record 1 2')
        t.key('F1')
        t.see('· help')


def test_help_scrolls():
    with demo(rows=14) as t:
        t.key('?')
        t.see('more below')
        t.key('end')
        t.see('end the program')
        t.gone('more below')


def test_record_and_snapshot():
    with demo() as t:
        t.key('r')
        did(t, 'record 1 2')
        t.see('● 00:12:41', '1 ● rec', '(23 h)')
        t.key('R')
        did(t, 'record_all 1')
        t.see('4 ● rec')
        t.key('R')
        did(t, 'record_all 0')
        t.gone('● rec')
        t.key('s', 'S', 'c')
        did(t, 'snapshot 1')
        did(t, 'snapshot_all')
        did(t, 'reconnect 1')


def test_quit_asks_while_recording():
    with demo('-R') as t:
        t.key('q')
        t.see('4 streams are recording', 'stop and quit')
        assert 'detach' not in t.text()
        t.resize(50, 12)
        t.see('stop and quit')
        t.key('esc')
        t.gone('stop and quit')
        t.key('q')
        t.see('stop and quit')
        quit_clean(t)


def test_quit_offers_to_detach():
    with demo('-R', '-d') as t:
        t.key('q')
        t.see('detach')
        quit_clean(t, 'z', 'tuidemo: detached')


def test_detach_key():
    with demo() as t:
        t.key('z')
        t.see('nothing would be left running')
    with demo('-d') as t:
        quit_clean(t, 'z', 'tuidemo: detached')


def test_remove_asks():
    with demo() as t:
        t.key('2', 'd')
        t.see('Remove “yard”?')
        t.key('esc')
        t.gone('Remove')
        t.key('d', 'y')
        did(t, 'remove 2')
        t.gone('2 yard')
        t.see('3 cameras')


def test_add_by_url_with_editing_and_history():
    with demo() as t:
        t.key('a')
        t.see('Add a stream')
        t.key('hostx/cam', 'left', 'left', 'left', 'left', 'backspace', 'end', '1', 'home', '\x04',
              'H', 'enter')
        did(t, 'add Host/cam1')
        t.see('5 cameras', '5 cam1')
        t.key('a', 'up')
        t.see('Host/cam1')
        t.key('\x17', '门', 'enter')
        did(t, 'add Host/门')
        t.key('a', 'esc')
        t.gone('Add a stream')


def test_add_from_a_catalogue():
    with demo() as t:
        t.key('a', '10.0.0.9', 'enter')
        did(t, 'catalogue 10.0.0.9')
        t.see('all (3 cameras)', '1280×720  25.0 fps', 'offline')
        t.resize(60, 16)
        t.see('all (3 cameras)')
        t.key('down', 'down', 'enter')
        did(t, 'add 10.0.0.9/yard')
        t.key('a', 'nowhere', 'enter')
        t.see('nowhere: no answer')
        t.key('esc')
        t.gone('no answer')


def test_paste_does_not_press_keys():
    with demo() as t:
        t.wait(lambda: 2004 in t.modes, 'paste mode')
        t.send('\033[200~Rq\033[201~')
        t.key('a')
        t.see('Add a stream')
        t.send('\033[200~h/c\r\033[201~')
        t.see('h/c')
        t.key('enter')
        did(t, 'add h/c')
        with open(t.log) as f:
            assert 'record_all' not in f.read()


def test_trust_question():
    for key, code in (('y', 2), ('o', 1), ('n', 0), ('esc', 0)):
        with demo('-t', 'new') as t:
            t.see('10.0.0.7:9999 is not known here',
                  'SHA256:qE3vN0c8RkXw5yTz1uLmPj7Ha2Fd6SbGo9IiKe4WxUs', 'accept and remember')
            t.resize(60, 18)
            t.see('refuse')
            t.key(key)
            did(t, f'trust 1 {code}')
            t.gone('refuse')


def test_changed_key_is_refused_with_an_explanation():
    with demo('-t', 'changed') as t:
        t.see('The key of 10.0.0.7:9999 is not the one remembered', 'SHA256:qE3', 'SHA256:Zr8',
              'remove line 3')
        t.key('y')
        t.key('enter')
        did(t, 'trust 1 0')
        t.gone('remembered')


def test_filter():
    with demo() as t:
        t.key('/', 'AR')
        t.see('2 garage')
        t.gone('front')
        t.key('enter')
        t.see('only “AR”')
        t.key('/', 'esc')
        t.see('1 front', '4 garage')
        t.key('/', 'zzz', 'enter')
        t.see('no stream\'s name has “zzz” in it')


def test_modes_change_with_a_key():
    with demo(still=False) as t:
        t.wait(lambda: has_colours(t), 'pictures')
        for mode in ('256', '16', 'ascii', 'off', 'truecolor'):
            t.key('v')
            t.see(f'pictures: {mode}')
        t.wait(lambda: has_colours(t), 'pictures')


def test_symbols():
    frame = set('┏┓┗┛┃━│─┐┌└┘')

    def drawn(t):  # in the middle of the first panel
        return {c[0] for row in t.cells(3)[:4] for c in row[9:20]} - {' ', '\u2002'}
    for symbols, first, last in (('half', '▀', '▀'), ('quad', '▀', '▟'), ('block', '▀', '▟'),
                                 ('sextant', '\U0001fb00', '\U0001fb3b'),
                                 ('braille', '\u2801', '\u28ff'), ('ascii', '!', '~')):
        with demo('-y', symbols, cols=60, rows=20) as t:
            t.wait(lambda: any(first <= c <= last for c in drawn(t)), f'picture in {symbols}')
            others = {c for c in drawn(t) if not first <= c <= last and not '▀' <= c <= '▟'}
            assert not others - frame, others


def test_freeze_holds_the_picture():
    with demo('-n', '1', still=False) as t:
        def clock():
            return t.cells(3)[:12]
        t.wait(lambda: has_colours(t), 'a picture')
        before = clock()
        t.wait(lambda: clock() != before, 'the picture to move')
        t.key('space')
        t.see('frozen')
        t.updates(1)
        held = clock()
        t.updates(2)
        assert clock() == held, 'the frozen picture moved'
        t.key('space')
        t.gone('frozen')
        t.wait(lambda: clock() != held, 'the picture to move again')


def test_frames_a_second_grid_detail_theme():
    with demo() as t:
        t.key('-')
        t.see('at most 8 pictures a second')
        did(t, 'want_size 1 38 14 8')
        t.key('+')
        t.see('at most 10 pictures a second')
        t.key('g')
        t.see('grid: 1 across')
        t.key('i')
        t.see('before repair')
        t.key('i')
        t.gone('25.0 fps')
        for name in ('light', 'contrast', 'mono', 'dark'):
            t.key('t')
            t.see(f'colours: {name}')


def test_want_size_follows_what_is_visible():
    with demo('-n', '2', cols=80, rows=24) as t:
        did(t, 'want_size 1 38 36 10')
        t.key('enter')
        did(t, 'want_size 2 0 0 0')
        quit_clean(t)


def test_bottom_line_can_be_pressed():
    with demo() as t:
        y, x = t.find('? help')
        t.press(y, x)
        t.see('· help')


if __name__ == '__main__':
    run(globals())
