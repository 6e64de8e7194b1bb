namespace Raft.Consensus;

/// <content>
/// Members that were set up differently, and messages that prove it. Both sides report them. This module sends its setup unasked at most
/// once a minute to each node, and the host limits what is logged. Nothing here touches a term, a vote, a role or the log: what the
/// algorithm does about such messages is decided elsewhere.
/// </content>
public sealed partial class ConsensusModule
{
    private readonly SetupContacts _differing = new();
    private readonly SetupContacts _contradicting = new();
    private readonly UnlistedSenders _unlisted = new();

    /// <summary>
    /// Whether a message of a node of this cluster is from a member. A handler call counts, since its caller speaks for whom it says. So
    /// does every message while the node has no configuration.
    /// </summary>
    private bool IsFromMember(RaftMessage message)
    {
        ReadOnlySpan<NodeId> members = Configuration.MemberIds;
        foreach (NodeId member in members)
        {
            if (member == message.From)
            {
                return true;
            }
        }

        return members.IsEmpty || message.IsHandlerCall;
    }

    /// <summary>Compares the options of a member with this node's, by their digests. If they differ, asks for its values.</summary>
    private void CompareOptions(RaftMessage message)
    {
        ulong theirs = message.Origin.OptionsDigest;
        ulong ours = Origin.OptionsDigest;
        if (theirs == ours)
        {
            if (_differing.Remove(message.From))
            {
                Outputs.Add(new OptionsAgreeNotice(message.From));
            }
        }
        else if (theirs != 0 && ours != 0 && _differing.Note(message.From, _now))
        {
            AskForSetup(message.From);
        }
    }

    /// <summary>
    /// Asks members whose options differed again once a minute: a follower receives messages of other followers so rarely that it would not
    /// notice that they are the same now.
    /// </summary>
    private void AskForSetupAgain()
    {
        while (_differing.TakeDue(_now) is { } member)
        {
            AskForSetup(member);
        }
    }

    private void AskForSetup(NodeId member)
    {
        Outputs.Add(new OptionsDifferNotice(member));
        SetupRequestMessage request = new()
        {
            From = Id,
            To = member,
            Origin = Origin,
            SentAtTicks = UtcNow.UtcTicks,
            IsStopping = IsStopping,
            Term = Term,
        };
        Outputs.Add(request, VersionOfHardState);
    }

    /// <summary>
    /// A node that this node does not list has sent a message. It is answered like any other, since it may be a new member that this node
    /// does not know of, or a former one. If it continues for a minute, both nodes report it.
    /// </summary>
    private void NoteUnlisted(RaftMessage message)
    {
        if (_unlisted.Note(message.From, _now))
        {
            Outputs.Add(new UnlistedSenderNotice(message.From));
            TellSetup(message.From, correlation: 0);
        }
    }

    /// <summary>
    /// A second node says that it leads this term, which proves that a voter has voted twice, or that nodes count different members.
    /// </summary>
    private void NoteSecondLeader(RaftMessage request)
    {
        Outputs.Add(new SecondLeaderNotice(request.From, Leader ?? Id, Term));
        if (!request.IsHandlerCall && _contradicting.Note(request.From, _now))
        {
            TellSetup(request.From, correlation: 0);
        }
    }

    private void OnSetup(RaftMessage message)
    {
        if (message is SetupRequestMessage)
        {
            TellSetup(message.From, message.Correlation);
        }
        else if (message is SetupReplyMessage reply)
        {
            OnSetupReply(reply);
        }
    }

    private void OnSetupReply(SetupReplyMessage reply)
    {
        if (reply.Origin.OptionsDigest != Origin.OptionsDigest && IsFromMember(reply))
        {
            Outputs.Add(new SetupNotice(reply.From, reply.Values));
        }

        if (!reply.ListsReceiver && Join is null && Configuration.Find(Id) is not null)
        {
            Outputs.Add(new NotListedNotice(reply.From));
        }

        if (Role == RaftRole.Leader && reply.Term == Term && reply.Leader is { } leader && leader != Id)
        {
            Outputs.Add(new SecondLeaderNotice(leader, Id, Term));
        }
    }

    private void TellSetup(NodeId receiver, long correlation)
    {
        SetupReplyMessage reply = new()
        {
            From = Id,
            To = receiver,
            Origin = Origin,
            SentAtTicks = UtcNow.UtcTicks,
            IsStopping = IsStopping,
            Term = Term,
            Correlation = correlation,
            Values = _options.Setup,
            Leader = Leader,
            ListsReceiver = Configuration.Find(receiver) is not null,
        };
        Outputs.Add(reply, VersionOfHardState);
    }
}
