#!/bin/sh
# Appends its start and its end to the file that its input names; one line each, so that a second run would show.
log="$(sed -n 's/.*"log":"\([^"]*\)".*/\1/p')"
echo "start $LETTS_MISSION_ID $$" >> "$log"
sleep "0.0$(( $$ % 10 ))"
echo "end $LETTS_MISSION_ID $$" >> "$log"
