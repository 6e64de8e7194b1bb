namespace Raft.Tests.Node;

/// <summary>What a node with blank stores does, and that a node belongs to one cluster for good.</summary>
public sealed class FirstStartTests
{
    private readonly Lab _lab = new();

    [Fact]
    public void Bootstrap_BlankStore_KeepsTheIdentityBeforeAnythingElse()
    {
        SpyStore store = new(_lab.World.CreateLogStore());
        LabNode node = _lab.Node(members: 3, store: store);

        node.Run();
        _lab.World.RunFor(TimeSpan.FromMilliseconds(10));

        LogWrite first = Assert.Single(store.Writes);
        Assert.Equal(new HardState(0, null) { Identity = Origins.Of().Identity }, first.HardState);
    }

    /// <summary>Nothing was promised yet, so the options may be corrected.</summary>
    [Fact]
    public void Bootstrap_StillBlankWithOtherMembersThanBefore_TakesTheNewIdentity()
    {
        Raft.Testing.SimulatedLogStore store = _lab.World.CreateLogStore();
        LabNode wrong = _lab.Node(members: 4, store: store);
        wrong.Run();
        _lab.World.RunFor(TimeSpan.FromMilliseconds(10));
        wrong.Stop();

        LabNode corrected = _lab.Node(members: 3, store: store);
        corrected.Run();
        _lab.World.RunFor(TimeSpan.FromMilliseconds(10));

        Assert.Equal(Origins.Of(members: 3).Identity, store.Durable.HardState.Identity);
    }

    [Fact]
    public void Store_ThatIsNotBlank_KeepsItsIdentityWhateverTheOptionsSay()
    {
        Raft.Testing.SimulatedLogStore store = _lab.World.CreateLogStore();
        LabNode alone = _lab.Node(members: 1, store: store).Lead();
        alone.Stop();

        LabNode again = _lab.Node(members: 3, store: store);
        again.Run();
        _lab.World.RunFor(TimeSpan.FromSeconds(5));

        Assert.Equal(Origins.Of(members: 1).Identity, store.Durable.HardState.Identity);
        Assert.Equal("voters n1", again.Status.Membership.ToString());
        Assert.Same(again.Status.Membership, again.Raft.Membership);
        Assert.Equal(RaftRole.Leader, again.Status.Role);
    }

    [Fact]
    public void Refuse_BlankStore_FailsHoweverOftenItIsStarted()
    {
        Raft.Testing.SimulatedLogStore store = _lab.World.CreateLogStore();
        LabNode node = _lab.Node(members: 3, store: store, configure: static options => options.FirstStart = FirstStart.Refuse);
        for (int i = 0; i < 3; i++)
        {
            node.Run();

            BlankStoreException reason = Assert.IsType<BlankStoreException>(node.Failure().InnerException);
            Assert.Contains("Is a volume not mounted", reason.Message, StringComparison.Ordinal);
        }

        Assert.Equal(default, store.Durable.HardState);
    }

    [Fact]
    public void Refuse_StoreThatIsNotBlank_Runs()
    {
        Raft.Testing.SimulatedLogStore store = _lab.World.CreateLogStore();
        _lab.Node(store: store).Lead().Stop();

        LabNode again = _lab.Node(store: store, configure: static options => options.FirstStart = FirstStart.Refuse).Lead();

        Assert.Equal(RaftRole.Leader, again.Status.Role);
    }

    [Fact]
    public void Join_BlankStore_NotesItDurablyAndNeitherVotesNorCampaigns()
    {
        Raft.Testing.SimulatedLogStore store = _lab.World.CreateLogStore();
        LabNode node = _lab.Node(members: 3, store: store, configure: static options => options.FirstStart = FirstStart.Join);

        node.Run();
        _lab.World.RunFor(TimeSpan.FromMinutes(5));

        Assert.Equal((0, RaftRole.Follower), (node.Status.Term, node.Status.Role));
        Assert.Equal(new HardState(0, null) { Join = new JoinState(CommitIndex: null) }, store.Durable.HardState);
        Assert.False(node.RequestVote(1, "n2").VoteGranted);
        Assert.Contains("joins a cluster that exists", node.Status.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Join_StoppedBeforeItHasJoined_JoinsOnWhateverTheOptionsSay()
    {
        Raft.Testing.SimulatedLogStore store = _lab.World.CreateLogStore();
        LabNode node = _lab.Node(members: 3, store: store, configure: static options => options.FirstStart = FirstStart.Join);
        node.Run();
        _lab.World.RunFor(TimeSpan.FromSeconds(1));
        node.Stop();

        LabNode again = _lab.Node(members: 3, store: store, configure: static options => options.FirstStart = FirstStart.Bootstrap);
        again.Run();
        _lab.World.RunFor(TimeSpan.FromMinutes(1));

        Assert.Equal(0, again.Status.Term);
        Assert.NotNull(store.Durable.HardState.Join);
    }

    [Fact]
    public void Join_ALostStore_TakesEverythingFromTheLeaderAndThenVotes()
    {
        LabNode[] nodes = _lab.Cluster(3);
        Array.ForEach(nodes, static node => node.Run());
        LabNode leader = _lab.WaitForLeader(nodes);
        leader.Commit("a");
        LabNode lost = nodes.First(node => node != leader);
        lost.Stop();
        leader.Commit("b");

        Raft.Testing.SimulatedLogStore store = _lab.World.CreateLogStore();
        LabNode joined = _lab.Node(
            lost.Raft.Id.Value, members: 3, store: store, configure: static options => options.FirstStart = FirstStart.Join);
        joined.Run();
        _lab.World.RunUntil(() => store.Durable.HardState.Identity is not null && store.Durable.HardState.Join is null);

        Assert.Equal(Origins.Of().Identity, store.Durable.HardState.Identity);
        _lab.World.RunUntil(() => joined.Log.Count == 2);
        leader.Stop();
        LabNode third = nodes.Single(node => node != leader && node != lost);
        Assert.NotNull(_lab.WaitForLeader(joined, third));
    }

    [Fact]
    public void Log_ThatEndsBeforeItsCommitIndex_IsRefused()
    {
        Raft.Testing.SimulatedLogStore store = _lab.World.CreateLogStore();
        _lab.World.Run(store.OpenAsync("raft", "n1", TestContext.Current.CancellationToken).AsTask());
        HardState hardState = new(1, null) { Identity = Origins.Of(members: 1).Identity };
        _lab.World.Run(store.WriteAsync(new LogWrite(hardState, 1, new[] { Lab.Entry(1, "a") }) { CommitIndex = 5 }).AsTask());
        _lab.World.Run(store.CloseAsync().AsTask());
        LabNode node = _lab.Node(store: store);

        node.Run();

        StorageCorruptedException reason = Assert.IsType<StorageCorruptedException>(node.Failure().InnerException);
        Assert.Contains("entries up to 5 are committed, but its log ends at 1", reason.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CommitIndex_AfterARestart_IsKnownWithoutALeader()
    {
        LabNode[] nodes = _lab.Cluster(3);
        Array.ForEach(nodes, static node => node.Run());
        LabNode leader = _lab.WaitForLeader(nodes);
        leader.Commit("a");
        leader.Commit("b");
        Array.ForEach(nodes, static node => node.Stop());

        LabNode alone = nodes.First(node => node != leader);
        alone.Run();
        _lab.World.RunUntil(() => alone.Log.Count > 0);

        Assert.InRange(alone.Status.CommitIndex, 2, 3);
        Assert.Null(alone.Status.Leader);
    }
}
