namespace Raft.Tests.Node;

/// <summary>
/// Deeply nested commands, where the state machine's codec is a <see cref="CommandCodec{T}"/>: those that it would not write do not enter the
/// log, and those of an existing log are applied.
/// </summary>
public sealed class NestedCommandTests
{
    private readonly Lab _lab = new();

    [Fact]
    public async Task Bytes_NestedMoreDeeplyThanTheyAreWritten_AreRefusedBeforeTheLog()
    {
        LabNode node = _lab.Node(machine: new Depths()).Lead();

        ArgumentException refusal = await Assert.ThrowsAsync<ArgumentException>(
            async () => await node.Raft.ProposeAsync(Nested(65).AsMemory(), TestContext.Current.CancellationToken));

        Assert.Contains("is nested more than 64 levels deep", refusal.Message, StringComparison.Ordinal);
        _lab.World.Run(node.Raft.ProposeAsync(Nested(64).AsMemory(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Codec_OfTheLog_ReadsMoreLevelsThanItWrites()
    {
        Assert.Equal(256, new DepthCodec().Read(Nested(256)));
        Assert.Throws<FormatException>(() => new DepthCodec().Read(Nested(257)));
        Assert.Throws<ArgumentException>(() => Codec.Encode(new DepthCodec(), 65));
        Assert.Equal(Nested(64), Codec.Encode(new DepthCodec(), 64));
    }

    private static byte[] Nested(int depth) => [.. Enumerable.Repeat((byte)1, depth), 0];

    private sealed class Depths() : StateMachine<int, long>(new DepthCodec(), Codec.Int64)
    {
        protected override long Apply(int command, in CommandContext context) => command;
    }

    /// <summary>A number, written as so many values within each other.</summary>
    private sealed class DepthCodec : CommandCodec<int>
    {
        public override void WriteTo(ref CommandWriter writer, int value)
        {
            writer.WriteBoolean(value > 0);
            if (value > 0)
            {
                writer.WriteNested(this, value - 1);
            }
        }

        public override int ReadFrom(ref CommandReader reader) => reader.ReadBoolean() ? reader.ReadNested(this) + 1 : 0;
    }
}
