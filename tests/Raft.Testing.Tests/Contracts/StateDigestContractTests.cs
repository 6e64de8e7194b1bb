namespace Raft.Testing.Tests.Contracts;

/// <summary>The clause about digests, which only machines with a digest have.</summary>
public sealed class StateDigestContractTests
{
    private const string Clause = "DigestFollowsFromTheState";

    public enum Defect
    {
        None,
        NotRestored,
        ChangedByARefusedCommand,
        CountsBatches,
        Constant,
    }

    [Fact]
    public Task Machine_WithADigest_KeepsAllClauses() => ContractOf(Defect.None).RunAllAsync();

    [Fact]
    public void Machine_WithoutADigest_HasNoSuchClause() =>
        Assert.DoesNotContain(
            Clause, StateMachineContract.For<StringLog, string, long>(static () => new StringLog(), static _ => "x").Clauses);

    [Theory]
    [InlineData(Defect.NotRestored, "capture it and restore it")]
    [InlineData(Defect.ChangedByARefusedCommand, "was rejected, and yet the digest changed")]
    [InlineData(Defect.CountsBatches, "After the same commands, the digest of one machine")]
    [InlineData(Defect.Constant, "changed the state from")]
    public async Task Machine_WhoseDigestIsWrong_BreaksTheClause(Defect defect, string problem)
    {
        ContractBrokenException broken = await Assert.ThrowsAsync<ContractBrokenException>(() => ContractOf(defect).RunAsync(Clause));

        Assert.Equal(Clause, broken.Clause);
        Assert.Contains(problem, broken.Message, StringComparison.Ordinal);
    }

    private static StateMachineContract<Ledger> ContractOf(Defect defect) => StateMachineContract.For<Ledger, string, long>(
        () => new Ledger(defect), static random => random.Chance(0.2) ? "" : $"text {random.Next(10)}", static ledger => ledger.Text);

    private sealed class Ledger(Defect defect) : StateMachine<string, long>(Codec.Utf8, Codec.Int64), IStateMachine, IStateDigest
    {
        private RollingDigest _digest;

        public string Text { get; private set; } = string.Empty;

        public ulong? Digest => defect == Defect.Constant ? 1 : _digest.Value;

        ValueTask IStateMachine.ApplyAsync(CommittedBatch batch, CancellationToken stopping)
        {
            if (defect == Defect.CountsBatches && batch.Count > 1)
            {
                _digest.Append(0);
            }

            for (int i = 0; i < batch.Count; i++)
            {
                string command = Codec.Utf8.Read(batch.Command(i));
                try
                {
                    batch.Complete(i, Apply(command, batch.Context(i)), Codec.Int64);
                }
                catch (CommandRejectedException rejection)
                {
                    batch.Reject(i, rejection);
                }
            }

            return ValueTask.CompletedTask;
        }

        protected override long Apply(string command, in CommandContext context)
        {
            if (command.Length == 0)
            {
                if (defect == Defect.ChangedByARefusedCommand)
                {
                    _digest.Append(1);
                }

                throw new CommandRejectedException("It is empty.");
            }

            Text += command;
            _digest.Append(command);
            return Text.Length;
        }

        protected override ISnapshotCapture Capture() => SnapshotCapture.Of($"{_digest.Value:x16}{Text}", Codec.Utf8);

        protected override async ValueTask RestoreAsync(Stream snapshot, CancellationToken cancellationToken)
        {
            string state = await SnapshotCapture.ReadAsync(snapshot, Codec.Utf8, cancellationToken);
            _digest = defect == Defect.NotRestored ? default : new RollingDigest(Convert.ToUInt64(state[..16], 16));
            Text = state[16..];
        }
    }
}
