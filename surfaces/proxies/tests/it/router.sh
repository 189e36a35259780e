#!/bin/sh
# Asks like a router: the words of Cisco IOS and of Yamaha's RTX, as far as a password is concerned. The account's
# password is the machine's own; what is kept over a restart is a copy that is written when somebody says so.
place=$1
kind=$2
heard=0
session=$(($(cat "$place/sessions" 2>/dev/null || echo 0) + 1))
echo "$session" > "$place/sessions"

shown() { grep "^maint:" /etc/shadow; }
change() {
  if [ -e "$place/refuses" ]; then echo "% Bad secret"; else printf 'maint:%s\n' "$1" | chpasswd; fi
}
administrator() { printf '%s' "$1" > "$place/administrator"; }
keep() {
  if [ -e "$place/full" ]; then echo "% Error: no space"; else shown > "$place/kept"; echo "Building configuration..."; echo "[OK]"; fi
}
# A line; hangs up instead before or after it is done, where the test says so: in which session, at which line.
hear() {
  printf '%s' "$1"
  IFS= read -r line || exit 0
  heard=$((heard + 1))
  if [ "$(cat "$place/hangs-up" 2>/dev/null)" = "$session $heard" ]; then rm "$place/hangs-up"; exit 0; fi
}
secretly() { stty -echo; hear "$1"; stty echo; echo; }

if [ -e "$place/floods" ]; then exec yes "still starting"; fi
if [ -e "$place/silent" ]; then echo "login from console in use"; exec cat >/dev/null; fi
echo "Authorized use only >"
mode=">"
[ "$kind" = cisco ] && mode="#"
while hear "r1$mode "; do
  case "$line" in
    "configure terminal") mode="(config)#" ;;
    "username maint secret "*) change "${line#username maint secret }" ;;
    "end") mode="#" ;;
    "exit") mode=">" ;;
    "write memory") keep ;;
    "administrator")
      secretly "Password: "
      if [ "$line" = "$(cat "$place/administrator")" ]; then mode="#"; else echo "Error: Password is incorrect"; [ -e "$place/impatient" ] && exit 0; fi ;;
    "administrator password")
      secretly "Old_Password: "; old=$line; secretly "New_Password: "; first=$line; secretly "New_Password: "
      if [ "$line" = "$first" ] && [ "$old" = "$(cat "$place/administrator")" ]; then administrator "$line"; fi ;;
    "login user maint "*) change "${line#login user maint }" ;;
    "save") keep >/dev/null; echo "Saving ... CONFIG0 Done ." ;;
    "") ;;
    *) echo "% Unknown command" ;;
  esac
  if [ "$(cat "$place/hangs-up-after" 2>/dev/null)" = "$session $heard" ]; then rm "$place/hangs-up-after"; exit 0; fi
done
