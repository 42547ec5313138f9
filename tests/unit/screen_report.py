#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""camwall --terminal: each fact and the mode it led to, and the terminal as it was."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'tools'))
from ptyterm import Term, run  # noqa: E402

CAMWALL = os.path.join(os.environ.get('builddir', '.'), 'camwall')


def report(**how):
    t = Term([CAMWALL, '--terminal'], **how)
    status = t.wait_end()
    assert status == 0, status
    t.check_clean()
    lines = {' '.join(line.split()[:-1]): line.split()[-1] for line in t.lines() if line}
    t.close()
    return lines


def test_answers_better_the_mode():
    lines = report(env={'COLORTERM': None})
    assert lines['TERM is xterm-256color: 256 colours'] == '256', lines
    assert lines['character set is UTF-8'] == '256', lines
    assert lines['it calls itself XTerm(380)'] == 'truecolor', lines
    assert lines['a cell is 9 x 18 pixels'] == '256', lines
    assert lines['synchronized updates'] == 'truecolor', lines
    assert lines['pictures:'] == 'truecolor', lines


def test_pixels():
    for kind, fact in (('kitty', 'kitty graphics'), ('iterm2', 'it calls itself iTerm2 3.4.19'),
                       ('sixel', 'it answers: sixel')):
        lines = report(answers=kind)
        assert lines[fact] == kind, lines
        assert lines['pictures:'] == kind, lines


def test_multiplexers_do_not_let_them_through():
    lines = report(answers='kitty', env={'TERM': 'screen-256color'})
    assert lines['in a multiplexer: no kitty, no iterm2'] == '256', lines
    assert 'kitty graphics' not in lines and lines['pictures:'] == 'truecolor', lines


def test_wide_lines_are_ascii():
    lines = report(answers='wide')
    assert lines['lines and blocks take two columns'] == 'ascii', lines
    assert lines['pictures:'] == 'ascii', lines


def test_no_answers():
    lines = report(answers='none', env={'COLORTERM': None})
    assert lines['it has not'] == 'answered', lines
    assert lines['pictures:'] == '256', lines


def test_no_color():
    lines = report(env={'NO_COLOR': '1', 'COLORTERM': 'truecolor'})
    assert lines['NO_COLOR is set'] == 'ascii', lines


run(globals())
