"""The door for people: parse, ask permission, call one service or one report, render."""
