import { areaText } from '.';
import { invites as english } from './en/invites';
import { invites as vietnamese } from './vi/invites';

export type InviteMessages = typeof vietnamese;
export const useInvitesText = areaText(vietnamese, english);
