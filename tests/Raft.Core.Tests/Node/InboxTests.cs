using System.Diagnostics.CodeAnalysis;

namespace Raft.Tests.Node;

/// <summary>A transport of the same process keeps messages in an inbox and signals once; the node fetches them.</summary>
public sealed class InboxTests
{
    private readonly Lab _lab = new();

    /// <summary>Far more than a pass takes: the rest must not wait for a message that may never come.</summary>
    [Fact]
    public void ManyMessagesAndOneSignal_AreAllTaken()
    {
        InboxTransport transport = new();
        LabNode node = _lab.Node(members: 3, transport: transport, initialTerm: 1);
        node.Run();
        _lab.World.RunFor(TimeSpan.FromMilliseconds(20)); // the term is durable, so each answer leaves at once
        for (int i = 0; i < 5_000; i++)
        {
            transport.Inbox.Messages.Enqueue(new AppendEntriesMessage
            {
                From = "n2",
                To = "n1",
                Origin = Origins.Of(),
                Term = 1,
                Correlation = i,
                PrevLogIndex = 0,
                PrevLogTerm = 0,
                Entries = default,
                LeaderCommit = 0,
            });
        }

        transport.Receiver!.Signal();
        _lab.World.RunFor(TimeSpan.FromMilliseconds(20));

        Assert.Empty(transport.Inbox.Messages);
        Assert.Equal(5_000, transport.Sent.OfType<AppendEntriesReplyMessage>().Count()); // and answered
    }

    private sealed class Inbox : IMessageInbox
    {
        public Queue<RaftMessage> Messages { get; } = new();

        public bool TryTake([NotNullWhen(true)] out RaftMessage? message) => Messages.TryDequeue(out message);
    }

    private sealed class InboxTransport : ITransport
    {
        public Inbox Inbox { get; } = new();

        public IInboxReceiver? Receiver { get; private set; }

        public List<RaftMessage> Sent { get; } = [];

        public ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken)
        {
            Receiver = (IInboxReceiver)receiver;
            Receiver.Attach(Inbox);
            return ValueTask.CompletedTask;
        }

        public void Send(RaftMember to, RaftMessage message) => Sent.Add(message);

        public ValueTask StopAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
