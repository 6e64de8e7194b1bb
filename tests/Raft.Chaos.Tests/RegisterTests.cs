using System.Buffers;
using Raft.Testing;

namespace Raft.Chaos.Tests;

/// <summary>The registers, their commands in the log, and the histories of those who use them.</summary>
public sealed class RegisterTests
{
    [Fact]
    public void Command_IsWrittenAndRead_IsEqual()
    {
        RegisterCommand command = new(3, 41, new RegisterInput("r7", RegisterAction.Swap, 5, 600), Padding: 1_000);

        Assert.Equal(command, new RegisterCommandCodec().Read(Bytes(command)));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(-1)]
    public void Command_PaddingIsDamaged_IsRefused(int position)
    {
        byte[] bytes = Bytes(new RegisterCommand(3, 41, new RegisterInput("r7", RegisterAction.Read, 0, 0), Padding: 100));
        bytes[position < 0 ? bytes.Length - 1 : position] ^= 1;

        Assert.Throws<FormatException>(() => new RegisterCommandCodec().Read(bytes));
    }

    [Fact]
    public void Swap_OtherVersion_ChangesNothing()
    {
        Register after = new Register(4, 10).Apply(new RegisterInput("r", RegisterAction.Swap, 3, 99), out RegisterOutput output);

        Assert.Equal(new Register(4, 10), after);
        Assert.Equal(new RegisterOutput(IsDone: false, 4, 10), output);
    }

    [Fact]
    public void History_WriteIsLost_IsNotLinearizable()
    {
        RegisterHistory history = new("r1");
        history.Complete(history.Begin("c1", Write(7)), new RegisterOutput(IsDone: true, 1, 7));
        history.Complete(history.Begin("c2", Write(8)), new RegisterOutput(IsDone: true, 1, 8));

        Assert.Equal(LinearizabilityVerdict.NotLinearizable, LinearizabilityChecker.Check(new RegisterModel(), history.Operations).Verdict);
    }

    [Fact]
    public void History_WriteIsAppliedTwice_IsNotLinearizable()
    {
        RegisterHistory history = new("r1");
        history.Complete(history.Begin("c1", Write(7)), new RegisterOutput(IsDone: true, 1, 7));
        history.Complete(history.Begin("c2", new RegisterInput("r1", RegisterAction.Read, 0, 0)), new RegisterOutput(IsDone: true, 2, 7));

        Assert.Equal(LinearizabilityVerdict.NotLinearizable, LinearizabilityChecker.Check(new RegisterModel(), history.Operations).Verdict);
    }

    [Fact]
    public void History_RetiredWithOperationUnderWay_IsCompleteWhenItEnds()
    {
        RegisterHistory history = new("r1");
        int operation = history.Begin("c1", Write(7));

        Assert.False(history.Retire());
        Assert.True(history.Abandon(operation));
        Assert.Equal(OperationOutcome.Unknown, Assert.Single(history.Operations).Outcome);
    }

    private static RegisterInput Write(long value) => new("r1", RegisterAction.Write, 0, value);

    private static byte[] Bytes(RegisterCommand command)
    {
        ArrayBufferWriter<byte> buffer = new();
        new RegisterCommandCodec().Write(command, buffer);
        return buffer.WrittenSpan.ToArray();
    }
}
