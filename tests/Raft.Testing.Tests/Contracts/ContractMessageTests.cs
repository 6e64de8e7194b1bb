namespace Raft.Testing.Tests.Contracts;

/// <summary>The message of a broken clause is short, and names the call that threw or did not end.</summary>
public sealed class ContractMessageTests
{
    [Fact]
    public async Task Message_CallThrew_NamesItAndWhatItThrew()
    {
        ContractBrokenException broken = await BreakAsync(static () => new Endless(startFails: true));

        Assert.EndsWith("StartAsync threw InvalidOperationException: The port is taken.", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_CallDidNotEnd_NamesItAndTheLimit()
    {
        ContractBrokenException broken = await BreakAsync(static () => new Endless(startFails: false));

        Assert.EndsWith("StartAsync did not end within 0.05 s.", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_LargeMessagesWereSent_IsShort()
    {
        TransportContract contract = new(
            static () => new BrokenNetwork(TransportDefect.LargeMessagesArrive) { Limit = TimeSpan.FromMilliseconds(300) });

        ContractBrokenException broken = await Assert.ThrowsAsync<ContractBrokenException>(contract.LargeMessagesArrive);

        TestContext.Current.TestOutputHelper?.WriteLine(broken.Message);
        Assert.InRange(broken.Message.Length, 100, 1_200);
    }

    private static Task<ContractBrokenException> BreakAsync(Func<ITransport> create) =>
        Assert.ThrowsAsync<ContractBrokenException>(() => new TransportContract(
            () => new Subject(create) { Limit = TimeSpan.FromMilliseconds(50) }).MessagesReachTheirNode());

    private sealed class Subject(Func<ITransport> create) : TransportSubject
    {
        public override ITransport CreateTransport(RaftMember self) => create();
    }

    private sealed class Endless(bool startFails) : ITransport
    {
        public ValueTask StartAsync(IMessageReceiver receiver, CancellationToken cancellationToken) =>
            startFails ? throw new InvalidOperationException("The port is taken.") : new ValueTask(new TaskCompletionSource().Task);

        public void Send(RaftMember to, RaftMessage message)
        {
        }

        public ValueTask StopAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
