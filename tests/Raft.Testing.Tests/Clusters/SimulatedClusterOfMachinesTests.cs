namespace Raft.Testing.Tests.Clusters;

/// <summary>A cluster of the user's own state machines, with typed commands, in the order in which a script says.</summary>
public sealed class SimulatedClusterOfMachinesTests
{
    private readonly SimulatedCluster<Bank> _cluster = new(() => new Bank(), nodes: 3, seed: 7);

    public SimulatedClusterOfMachinesTests()
    {
        _cluster.Start();
        _cluster.Elect("n1");
    }

    [Fact]
    public void Propose_OfATypedCommand_ReturnsTheTypedResult()
    {
        Receipt first = _cluster.Propose(new Deposit("ann", 5));
        Receipt second = _cluster.Propose(new Withdraw("ann", 2));

        Assert.Equal((5, 3), (first.Balance, second.Balance));
        Assert.Equal(first.Index + 1, second.Index);
    }

    [Fact]
    public void Propose_OfACommandThatTheMachineRefuses_Throws()
    {
        CommandRejectedException rejected = Assert.Throws<CommandRejectedException>(() => _cluster.Propose(new Withdraw("ann", 2)));

        Assert.Equal("ann has 0.", rejected.Message);
    }

    [Fact]
    public void Propose_AfterTheLeaderCrashed_WaitsForAnother_AndTheRestartedNodeCatchesUp()
    {
        _cluster.Propose(new Deposit("ann", 5));
        _cluster.Crash("n1");
        _cluster.Propose(new Deposit("ann", 5));
        _cluster.Restart("n1");
        _cluster.Settle();

        Assert.Equal(10, _cluster.Machine("n1").BalanceOf("ann"));
    }

    [Fact]
    public void Submit_ToALeaderThatCrashes_HasAnUnknownOutcome()
    {
        SimulatedProposal<Receipt> proposal = _cluster.Submit(new Deposit("ann", 5), "n1");
        Assert.Throws<InvalidOperationException>(() => proposal.Result);

        _cluster.Crash("n1");

        Assert.Equal(ProposalFate.Unknown, proposal.Fate);
        Assert.Throws<OutcomeUnknownException>(() => proposal.Result);
    }

    [Fact]
    public void Submit_ThatIsCommitted_HasItsResultAndIndex()
    {
        SimulatedProposal<Receipt> proposal = _cluster.Submit(new Deposit("ann", 5), "n1");

        _cluster.World.RunUntil(() => proposal.Fate == ProposalFate.Committed);

        Assert.Equal(new Receipt(5, proposal.Index), proposal.Result);
    }

    [Fact]
    public void Read_OnAnIsolatedNode_IsOldIfLocal_AndHasNoAnswerIfLinearizable()
    {
        _cluster.Propose(new Deposit("ann", 5));
        _cluster.Settle();
        _cluster.Isolate("n3");
        _cluster.Propose(new Deposit("ann", 5));

        Assert.Equal(10, _cluster.Read("n2", bank => bank.BalanceOf("ann")));
        Assert.Equal(5, _cluster.Read("n3", bank => bank.BalanceOf("ann"), ReadConsistency.Local));
        SimulationException noAnswer = Assert.Throws<SimulationException>(
            () => _cluster.Read("n3", bank => bank.BalanceOf("ann"), limit: TimeSpan.FromSeconds(5)));
        Assert.Contains("a read (linearizable) of n3", noAnswer.Message, StringComparison.Ordinal);

        _cluster.Heal();
        Assert.Equal(10, _cluster.Read("n3", bank => bank.BalanceOf("ann")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Read_WithAnyConsistencyThatIncludesAnIndex_SeesIt(int kind)
    {
        Receipt receipt = _cluster.Propose(new Deposit("ann", 5));
        ReadConsistency consistency = kind switch
        {
            0 => ReadConsistency.Linearizable,
            1 => ReadConsistency.AtLeast(receipt.Index),
            _ => ReadConsistency.BoundedStaleness(TimeSpan.Zero),
        };

        Assert.Equal(5, _cluster.Read("n3", bank => bank.BalanceOf("ann"), consistency));
    }

    [Fact]
    public void Split_IntoGroups_LetsTheMajorityContinue_AndTheMinorityWait()
    {
        _cluster.Split(["n1"], ["n2", "n3"]);
        SimulatedProposal<Receipt> lost = _cluster.Submit(new Deposit("ann", 1), "n1");
        _cluster.Run(TimeSpan.FromSeconds(2));

        Assert.Contains(_cluster.Leader!.Value.ToString(), new[] { "n2", "n3" });
        Assert.Equal(5, _cluster.Propose(new Deposit("ann", 5)).Balance);

        _cluster.Heal();
        _cluster.Settle();
        Assert.NotEqual(ProposalFate.Committed, lost.Fate);
        Assert.Equal(5, _cluster.Machine("n1").BalanceOf("ann"));
    }

    [Fact]
    public void Split_WithANodeInTwoGroups_IsRefused() =>
        Assert.Throws<ArgumentException>(() => _cluster.Split(["n1", "n2"], ["n2", "n3"]));

    [Fact]
    public void TakeSnapshot_ThenRestart_RestoresTheMachine()
    {
        _cluster.Propose(new Deposit("ann", 5));
        Assert.NotNull(_cluster.TakeSnapshot("n1"));
        Bank before = _cluster.Machine("n1");

        _cluster.Restart("n1");
        _cluster.Settle();

        Assert.NotSame(before, _cluster.Machine("n1"));
        Assert.Equal(5, _cluster.Machine("n1").BalanceOf("ann"));
        Assert.True(_cluster.Restorations > 0);
    }

    [Fact]
    public void Machines_ThatDiffer_FailTheScriptWithBothAnswers()
    {
        int made = 0;
        SimulatedCluster<Bank> cluster = new(() => new BiasedBank(made++), seed: 3);
        cluster.World.TraceFolder = "";
        cluster.Start();

        SimulationException broken = Assert.Throws<SimulationException>(() =>
        {
            cluster.Propose(new Deposit("ann", 5));
            cluster.Settle();
        });

        Assert.StartsWith("The state machine is not deterministic: for the command at index", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FailedScript_WritesItsTraceOnce_AndSaysHowToRepeatIt()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        _cluster.World.TraceFolder = folder;
        _cluster.Split(["n1"], ["n2"], ["n3"]);

        SimulationException failed = Assert.Throws<SimulationException>(
            () => _cluster.Read("n2", bank => bank.BalanceOf("ann"), limit: TimeSpan.FromSeconds(1)));

        Assert.Equal(["timeout-seed-7.html", "timeout-seed-7.txt"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
        Assert.Contains($"Trace:  {Path.Combine(folder, "timeout-seed-7.txt")}", failed.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(FailedScript_WritesItsTraceOnce_AndSaysHowToRepeatIt), failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("The last events:", failed.Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Machine_OfANodeThatNeverStarted_SaysSo() =>
        Assert.Throws<InvalidOperationException>(() => new SimulatedCluster<Bank>(() => new Bank()).Machine("n1"));

    [Fact]
    public void ProposerAndReader_OfANode_ServeCodeThatAwaitsThem()
    {
        IProposer<BankCommand, Receipt> proposer = _cluster.ProposerOf("n1");
        IReader<Bank> reader = _cluster.ReaderOf("n2");

        long balance = _cluster.World.Run(async () =>
        {
            await proposer.ProposeAsync(new Deposit("ann", 5));
            await proposer.ProposeAsync(new Deposit("ann", 5));
            return await reader.ReadAsync(bank => bank.BalanceOf("ann"));
        });

        Assert.Equal(10, balance);
    }

    [Fact]
    public void Proposer_OfANodeThatCrashes_LeavesTheOutcomeUnknown()
    {
        Task<Receipt> proposal = _cluster.ProposerOf("n1").ProposeAsync(new Deposit("ann", 5), CancellationToken.None).AsTask();

        _cluster.Crash("n1");

        Assert.Throws<OutcomeUnknownException>(() => _cluster.World.Run(proposal));
    }

    [Fact]
    public void ProposeBytes_GivesTheMachineTheBytes() =>
        Assert.Equal(5, Codec.Json(BankJson.Default.Receipt).Read(_cluster.ProposeBytes(
            """{"$type":"deposit","Account":"ann","Amount":5}"""u8.ToArray()).Result).Balance);

    private sealed class BiasedBank(int bias) : Bank
    {
        protected override Receipt Apply(BankCommand command, in CommandContext context) =>
            base.Apply(command, in context) with { Index = context.Index + bias };
    }
}
