namespace Raft.Tests.Node;

/// <summary>Commands of a later version of the program: refused before the log, and named if they are in it.</summary>
public sealed class UnknownCommandTests
{
    private static readonly byte[] Known = Codec.Encode(new VersionedCodec(latest: 1), 5);
    private static readonly byte[] Unknown = Codec.Encode(new VersionedCodec(latest: 2), 5);

    private readonly Lab _lab = new();

    [Fact]
    public async Task Bytes_OfALaterVersion_AreRefusedByNameBeforeTheLog()
    {
        LabNode node = _lab.Node(machine: new Versioned(proposes: 1)).Lead();

        UnknownCommandException refusal = await Assert.ThrowsAsync<UnknownCommandException>(
            async () => await node.Raft.ProposeAsync(Unknown.AsMemory(), TestContext.Current.CancellationToken));

        Assert.Equal(("Deposit", 2, 1), (refusal.Command, refusal.Version, refusal.KnownVersion));
        _lab.World.Run(node.Raft.ProposeAsync(Known.AsMemory(), TestContext.Current.CancellationToken));
        node.AssertNoCallerWaits();
    }

    [Fact]
    public void CommittedCommand_OfALaterVersion_StopsTheNodeAndIsNamed()
    {
        Versioned machine = new(proposes: 2); // as when a later version leads
        LabNode node = _lab.Node(machine: machine).Lead();
        IProposer<long, long> proposer = node.Raft.CreateProposer<long, long>();

        _ = proposer.ProposeAsync(5, TestContext.Current.CancellationToken).AsTask();
        NodeFailedException failure = node.Failure();

        Assert.Equal(
            "The state machine Versioned cannot read the command of type Int64 at index 2. This node does not know 'Deposit' in version 2, "
            + "only up to version 1: a later version of the program wrote it. Upgrade this node. The node has stopped without applying it. "
            + "Start a node with the later version of the program on the same log store: it continues with this command.",
            failure.Message);
        Assert.IsType<UnknownCommandException>(failure.InnerException);
        Assert.Equal(0, machine.Balance);
    }

    /// <summary>Reads version 1, and writes another version if it is told to.</summary>
    private sealed class Versioned(int proposes) : StateMachine<long, long>(new VersionedCodec(proposes), Codec.Int64)
    {
        public long Balance { get; private set; }

        protected override long Apply(long command, in CommandContext context) => Balance += command;
    }

    private sealed class VersionedCodec(int latest) : CommandCodec<long>
    {
        public override void WriteTo(ref CommandWriter writer, long value)
        {
            writer.WriteCount(latest);
            writer.WriteInt64(value);
        }

        public override long ReadFrom(ref CommandReader reader)
        {
            reader.ReadVersion("Deposit", known: 1);
            return reader.ReadInt64();
        }
    }
}
