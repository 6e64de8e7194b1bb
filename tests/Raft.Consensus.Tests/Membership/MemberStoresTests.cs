namespace Raft.Consensus.Tests.Membership;

/// <summary>Which messages are evidence that a member runs on another store, or on an earlier state of it.</summary>
public sealed class MemberStoresTests
{
    private static readonly StoreIdentity First = Store(1, 1);

    private static readonly StoreIdentity Second = Store(2, 1);

    [Fact]
    public void Note_FirstSighting_RaisesNoAlarm() => Assert.Null(new MemberStores().Note("n2", First, answered: 5, latestRequest: 9));

    [Fact]
    public void Note_AnswerToALaterRequest_ReportsTheStoreBefore()
    {
        MemberStores stores = Seen(First, latestRequest: 9);

        Assert.Equal(First, stores.Note("n2", Second, answered: 10, latestRequest: 12));
        Assert.Null(stores.Note("n2", Second, answered: 13, latestRequest: 14)); // reported once
    }

    [Theory]
    [InlineData(9L)] // sent before the other store was seen
    [InlineData(3L)]
    [InlineData(13L)] // not sent at all
    [InlineData(-1L)]
    [InlineData(null)] // no answer
    public void Note_AnyOtherMessage_RaisesNoAlarm(long? answered)
    {
        MemberStores stores = Seen(First, latestRequest: 9);

        Assert.Null(stores.Note("n2", Second, answered, latestRequest: 12));
        Assert.Null(stores.Note("n2", First, answered: 11, latestRequest: 12)); // the first one is still what is known
    }

    [Fact]
    public void Note_LateAnswerOfTheReplacedStore_RaisesNoAlarm()
    {
        MemberStores stores = Seen(First, latestRequest: 9);
        Assert.NotNull(stores.Note("n2", Second, answered: 10, latestRequest: 12));

        Assert.Null(stores.Note("n2", First, answered: 11, latestRequest: 20));
        Assert.Null(stores.Note("n2", Second, answered: 19, latestRequest: 20));
    }

    /// <summary>A restart is no reason for an alarm. An earlier opening is: the store was replaced by a copy of its past.</summary>
    [Fact]
    public void Note_Openings_ReportsOnlyEarlierOnes()
    {
        MemberStores stores = Seen(Store(1, 4), latestRequest: 9);

        Assert.Null(stores.Note("n2", Store(1, 6), answered: 11, latestRequest: 12));
        Assert.Null(stores.Note("n2", Store(1, 4), answered: 11, latestRequest: 15)); // late
        Assert.Equal(Store(1, 6), stores.Note("n2", Store(1, 5), answered: 14, latestRequest: 15));
    }

    [Fact]
    public void Note_LaterOpeningInAnyMessage_IsRemembered()
    {
        MemberStores stores = Seen(Store(1, 4), latestRequest: 9);

        Assert.Null(stores.Note("n2", Store(1, 5), answered: null, latestRequest: 12));
        Assert.Null(stores.Note("n2", Store(1, 4), answered: 12, latestRequest: 13));
        Assert.Equal(Store(1, 5), stores.Note("n2", Store(1, 4), answered: 13, latestRequest: 13));
    }

    [Fact]
    public void Note_VolatileStore_SaysNothing()
    {
        MemberStores stores = Seen(First, latestRequest: 9);

        Assert.Null(stores.Note("n2", null, answered: 10, latestRequest: 12));
        Assert.Null(stores.Note("n2", First, answered: 11, latestRequest: 12));
    }

    [Fact]
    public void Note_OtherMembers_AreKeptApart()
    {
        MemberStores stores = Seen(First, latestRequest: 9);

        Assert.Null(stores.Note("n3", Second, answered: 10, latestRequest: 12));
    }

    /// <summary>A restarted leader reads the store's id from its log. Answers to requests of its earlier runs are late.</summary>
    [Fact]
    public void Add_StoreOfAConfiguration_IsKnownSinceThen()
    {
        MemberStores stores = new();
        stores.Add(Configuration(First.Id), latestRequest: 40);

        Assert.Null(stores.Note("n2", Second, answered: 40, latestRequest: 50));
        Assert.Equal(First.Id, stores.Note("n2", Second, answered: 41, latestRequest: 50)?.Id);
    }

    [Fact]
    public void Retain_NodesThatAreNotMembers_AreForgotten()
    {
        MemberStores stores = new();
        stores.Note("n2", First, answered: 5, latestRequest: 9);
        stores.Note("n9", First, answered: 5, latestRequest: 9);

        stores.Retain(new ClusterConfiguration(["n1", "n2"]));

        Assert.Equal(First, stores.Note("n2", Second, answered: 10, latestRequest: 20));
        Assert.Null(stores.Note("n9", Second, answered: 10, latestRequest: 20));
    }

    [Fact]
    public void Note_MoreNodesThanAnyClusterHas_KeepsTheFirst()
    {
        MemberStores stores = new();
        for (int i = 0; i < 2_000; i++)
        {
            stores.Note($"n{i}", First, answered: null, latestRequest: 9);
        }

        Assert.Equal(First, stores.Note("n0", Second, answered: 10, latestRequest: 20));
        Assert.Null(stores.Note("n1999", Second, answered: 10, latestRequest: 20));
    }

    [Fact]
    public void Add_SameStoreInAMessage_RaisesNoAlarm()
    {
        MemberStores stores = new();
        stores.Add(Configuration(First.Id), latestRequest: 40);

        Assert.Null(stores.Note("n2", First, answered: 41, latestRequest: 50));
    }

    [Fact]
    public void Add_MemberThatWasSeenBefore_ChangesNothing()
    {
        MemberStores stores = Seen(First, latestRequest: 9);

        stores.Add(Configuration(Second.Id), latestRequest: 40);

        Assert.Null(stores.Note("n2", First, answered: 45, latestRequest: 50));
    }

    [Fact]
    public void AddTo_AConfiguration_NamesWhatIsKnown()
    {
        MemberStores stores = Seen(First, latestRequest: 9);
        ClusterConfiguration configuration = new(["n1", "n2"], ["n2", "n4"], ["n3"]);

        ClusterConfiguration named = stores.AddTo(configuration, "n1", Second);

        Assert.Equal([Second.Id, First.Id, null, null], named.Members.Select(static member => member.StoreId));
        Assert.Equal(First.Id, named.OutgoingVoters[0].StoreId);
        Assert.Null(stores.AddTo(configuration, "n1", own: null).Voters[0].StoreId);
    }

    /// <summary>
    /// A member restarts on the same store, on another and on older copies, while messages of both sides are late and out of order, and
    /// the observer restarts too. Every alarm is true, and a member that keeps a wrong store is reported in the end.
    /// </summary>
    [Fact]
    public void Note_MessagesInAnyOrder_RaisesTrueAlarmsOnly()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            Run(new Random(seed), seed);
        }
    }

    private static void Run(Random random, int seed)
    {
        MemberStores stores = new();
        List<StoreIdentity> runs = [Store(1, 1)]; // of the member, one after the other
        List<long> requests = [];
        List<(long? Answered, int Run)> messages = [];
        int known = -1; // the latest run of the member that the observer has heard of
        long lastRequest = 0;
        for (int step = 0; step < 400; step++)
        {
            switch (random.Next(12))
            {
                case 0:
                    runs.Add(NextRun(random, runs));
                    break;
                case 1 when known >= 0: // the observer restarts with a configuration that names the store
                    stores = new MemberStores();
                    lastRequest += 1_000;
                    stores.Add(Configuration(runs[known].Id), lastRequest);
                    break;
                case < 5:
                    requests.Add(++lastRequest);
                    break;
                case < 8 when requests.Count > 0:
                    messages.Add((requests[random.Next(requests.Count)], runs.Count - 1)); // repeated requests are answered again
                    break;
                case 8:
                    messages.Add((null, runs.Count - 1));
                    break;
                case > 8 when messages.Count > 0:
                    (long? answered, int run) = messages[random.Next(messages.Count)];
                    known = Deliver(stores, runs, (answered, run), lastRequest, known, seed);
                    break;
            }
        }

        // The last run answers two requests that nothing precedes: it is known from now on, and no answer of it is an alarm.
        known = Deliver(stores, runs, (++lastRequest, runs.Count - 1), lastRequest, known, seed);
        Assert.Null(stores.Note("n2", runs[^1], ++lastRequest, lastRequest));
        StoreIdentity wrong = Store(99, 1);
        Assert.Equal(runs[^1], stores.Note("n2", wrong, ++lastRequest, lastRequest));
    }

    private static int Deliver(
        MemberStores stores, List<StoreIdentity> runs, (long? Answered, int Run) message, long lastRequest, int known, int seed)
    {
        StoreIdentity seen = runs[message.Run];
        if (stores.Note("n2", seen, message.Answered, lastRequest) is { } before)
        {
            int earlier = runs.FindIndex(run => run.Id == before.Id && (before.Opening == 0 || run.Opening == before.Opening));
            Assert.True(earlier >= 0 && earlier < message.Run, $"Seed {seed}: {before} was replaced by {seen}, which came before it.");
        }

        return Math.Max(known, message.Run);
    }

    /// <summary>Another opening of the same store, a new store, or an older copy of the current one.</summary>
    private static StoreIdentity NextRun(Random random, List<StoreIdentity> runs)
    {
        StoreIdentity last = runs[^1];
        return random.Next(4) switch
        {
            0 => new StoreIdentity(new Guid(runs.Count + 1, 0, 0, new byte[8]), 1),
            1 when last.Opening > 2 => last with { Opening = last.Opening - 1 },
            _ => last with { Opening = last.Opening + 1 },
        };
    }

    private static MemberStores Seen(StoreIdentity store, long latestRequest)
    {
        MemberStores stores = new();
        Assert.Null(stores.Note("n2", store, answered: null, latestRequest));
        return stores;
    }

    private static ClusterConfiguration Configuration(Guid store) => new(["n1", new RaftMember("n2") { StoreId = store }]);

    private static StoreIdentity Store(int id, long opening) => new(new Guid(id, 0, 0, new byte[8]), opening);
}
