using Raft.Consensus.Tests.Support;

namespace Raft.Consensus.Tests.Elections;

/// <summary>
/// Section 5.4.1: a voter refuses a candidate whose log is less up to date than its own. The later last term wins; of equal ones, the
/// longer log.
/// </summary>
public sealed class UpToDateRuleTests
{
    public static TheoryData<long[], long, long, bool> Cases { get; } = new()
    {
        // voter's log, candidate's last index, candidate's last term
        { [1], 1, 1, true },
        { [1], 2, 1, true },
        { [1], 1, 2, true },
        { [1], 2, 2, true },
        { [1, 1], 1, 2, true },
        { [1, 1], 1, 1, false },
        { [2], 1, 1, false },
        { [2], 2, 1, false },
        { [2, 2], 1, 1, false },
        { [2, 2], 0, 0, false },
        { [2, 2], 3, 1, false },
        { [2, 2], 9, 1, false },
        { [2, 2], 0, 2, false },
        { [2, 2], 1, 2, false },
        { [2, 2], 2, 2, true },
        { [2, 2], 3, 2, true },
        { [2, 2], 1, 3, true },
        { [2, 2], 2, 3, true },
        { [2, 2], 3, 3, true },
        { [], 0, 0, true },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Voter_CandidateLog_GrantsOnlyIfUpToDate(long[] log, long lastIndex, long lastTerm, bool granted)
    {
        SingleModule n1 = SingleModule.Follower(2, log);

        RequestVoteReplyMessage reply = n1.Deliver(Make.RequestVote("n2", 3, lastIndex, lastTerm));

        Assert.Equal((3, granted), (reply.Term, reply.VoteGranted));
        Assert.Equal(granted ? "n2" : null, n1.Module.VotedFor?.Value);
    }

    /// <summary>Dissertation, section 9.6: a pre-vote follows the same rule.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void PreVoter_CandidateLog_GrantsOnlyIfUpToDate(long[] log, long lastIndex, long lastTerm, bool granted)
    {
        SingleModule n1 = SingleModule.Follower(2, log);

        RequestVoteReplyMessage reply = n1.Deliver(Make.RequestVote("n2", 3, lastIndex, lastTerm, isPreVote: true));

        Assert.Equal((granted ? 3 : 2, granted), (reply.Term, reply.VoteGranted));
        Assert.Equal((2, null), (n1.Module.Term, n1.Module.VotedFor));
    }
}
