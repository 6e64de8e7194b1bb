namespace Raft;

/// <summary>
/// What happens to proposals while a leader takes none, because it hands over its leadership.
/// </summary>
public enum ProposalsDuringTransfer
{
    /// <summary>
    /// They wait: for at most one <see cref="RaftNodeOptions.MinimumElectionTimeout"/> while the transfer runs, and until two have passed
    /// in all for the new leader to be known. If the transfer fails, they are appended; if it succeeds, they are refused with a
    /// <see cref="NotLeaderException"/> that names the new leader.
    /// </summary>
    Wait,

    /// <summary>They are refused at once with a <see cref="NotLeaderException"/> that names the node that is to lead.</summary>
    Refuse,
}
