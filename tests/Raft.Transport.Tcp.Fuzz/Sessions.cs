namespace Raft.Transport.Tcp.Fuzz;

/// <summary>Valid connections, from the real encoder: a handshake and frames, each a block of bytes.</summary>
internal static class Sessions
{
    private static readonly string[] Nodes = ["n2", "n3", "n4"];

    public static AppendEntriesMessage Heartbeat(MessageOrigin origin, NodeId from, NodeId to) => new()
    {
        Origin = origin,
        From = from,
        To = to,
        Term = 5,
        PrevLogIndex = 1,
        PrevLogTerm = 5,
        LeaderCommit = 1,
        Entries = default,
    };

    /// <summary>Returns a connection that announces nodes, and sends messages from them, each of which is delivered.</summary>
    public static List<byte[]> Create(Random random, bool hasChecksums)
    {
        List<byte[]> blocks = [CreateHello(random).Encode()];
        int announced = 1 + random.Next(Nodes.Length);
        foreach (string node in Nodes.Take(announced))
        {
            StoreIdentity? store = random.Next(2) == 0 ? new StoreIdentity(NewGuid(random), random.Next(1, 9)) : null;
            blocks.Add(Control(hasChecksums, FrameKind.Announce, new NodeAnnouncement(new NodeKey("raft", node), store).Encode()));
        }

        for (int i = random.Next(1, 12); i > 0; i--)
        {
            blocks.Add(random.Next(6) == 0
                ? CreateControl(random, hasChecksums)
                : Message(hasChecksums, CreateMessage(random, Nodes[random.Next(announced)])));
        }

        if (random.Next(3) == 0)
        {
            blocks.Add(Control(hasChecksums, FrameKind.Withdraw, NodeName.Encode(new NodeKey("raft", Nodes[0]))));
            blocks.Add(Control(hasChecksums, FrameKind.Goodbye, new Goodbye(RefusalCode.Stopping, "its process stops").Encode()));
        }

        return blocks;
    }

    private static Hello CreateHello(Random random) => new()
    {
        Versions = VersionRange.Supported,
        Process = NewGuid(random),
        StartedAt = random.NextInt64(),
        DialNumber = random.Next(),
        Lane = (LaneKind)random.Next(2),
        MaximumFrame = Target.MaximumFrame,
        Address = "localhost:2",
        DialledAddress = "localhost:1",
    };

    private static byte[] CreateControl(Random random, bool hasChecksums)
    {
        NodeKey other = new("raft", $"n{random.Next(20)}");
        return random.Next(6) switch
        {
            5 => Control(hasChecksums, FrameKind.OpenLane, LaneRequest.Encode((LaneKind)random.Next(2))),
            0 => Control(hasChecksums, FrameKind.Ping, PingNumber.Encode(random.NextInt64())),
            1 => Control(hasChecksums, FrameKind.Pong, PingNumber.Encode(random.NextInt64(TimeSpan.TicksPerDay))),
            2 => Control(hasChecksums, FrameKind.Missing, NodeName.Encode(other)),
            3 => Control(
                hasChecksums, FrameKind.RefuseNode, new NodeRefusal(FuzzReceiver.Key, RefusalCode.Duplicate, "another has it").Encode()),
            _ => Control(hasChecksums, FrameKind.Withdraw, NodeName.Encode(other with { NodeId = "n9" })),
        };
    }

    private static RaftMessage CreateMessage(Random random, NodeId from)
    {
        ClusterIdentity? identity = random.Next(2) == 0 ? new ClusterIdentity(new UInt128(7, 9)) : null;
        StoreIdentity? store = random.Next(2) == 0 ? new StoreIdentity(new Guid(new byte[16]), 3) : null;
        RaftMessage message = CreateBody(random, new MessageOrigin("raft", identity, store, (ulong)random.Next(3)), from);
        return message with { Correlation = random.NextInt64(1 << 20), SentAtTicks = random.NextInt64(1 << 40) };
    }

    private static RaftMessage CreateBody(Random random, MessageOrigin origin, NodeId from)
    {
        NodeId to = FuzzReceiver.Key.NodeId;
        long number = random.Next(1, 1_000);
        return random.Next(18) switch
        {
            0 => CreateVote(random, origin, from, number),
            1 => CreateVoteReply(random, origin, from, number),
            2 => CreateChunk(random, origin, from, number),
            3 => CreateChunkReply(random, origin, from, number),
            4 => new TimeoutNowMessage { Origin = origin, From = from, To = to, Term = number, LastLogIndex = number, LastLogTerm = 2 },
            5 => CreateTimeoutNowReply(random, origin, from, number),
            6 => new IdentityRefusalMessage { Origin = origin, From = from, To = to, Term = number },
            7 or 8 => CreateReply(origin, from, number),
            9 => Heartbeat(origin, from, to),
            10 => new ReadIndexRequestMessage { Origin = origin, From = from, To = to, Term = number, Moment = number },
            11 => new ReadIndexReplyMessage { Origin = origin, From = from, To = to, Term = number, Moment = 5, ReadIndex = number },
            12 => new SetupRequestMessage { Origin = origin, From = from, To = to, Term = number },
            13 => CreateSetup(random, origin, from, number),
            14 => new StateDigestMessage { Origin = origin, From = from, To = to, Term = number, Digests = [new(number, 7)] },
            15 => new StateDigestReplyMessage { Origin = origin, From = from, To = to, Term = number, ReceivedIndex = number },
            _ => Heartbeat(origin, from, to) with { Entries = CreateEntries(random, number) },
        };
    }

    private static RequestVoteMessage CreateVote(Random random, MessageOrigin origin, NodeId from, long number) => new()
    {
        Origin = origin,
        From = from,
        To = FuzzReceiver.Key.NodeId,
        Term = number,
        LastLogIndex = number,
        LastLogTerm = 3,
        IsPreVote = random.Next(2) == 0,
        IsTransfer = random.Next(2) == 0,
    };

    private static RequestVoteReplyMessage CreateVoteReply(Random random, MessageOrigin origin, NodeId from, long number) => new()
    {
        Origin = origin,
        From = from,
        To = FuzzReceiver.Key.NodeId,
        Term = number,
        VoteGranted = true,
        Leader = random.Next(2) == 0 ? new NodeId("n3") : (NodeId?)null,
    };

    private static TimeoutNowReplyMessage CreateTimeoutNowReply(Random random, MessageOrigin origin, NodeId from, long number)
    {
        TimeoutNowRefusal[] reasons = Enum.GetValues<TimeoutNowRefusal>();
        return new TimeoutNowReplyMessage
        {
            Origin = origin,
            From = from,
            To = FuzzReceiver.Key.NodeId,
            Term = number,
            Reason = reasons[random.Next(reasons.Length)],
        };
    }

    private static SetupReplyMessage CreateSetup(Random random, MessageOrigin origin, NodeId from, long number) => new()
    {
        Origin = origin,
        From = from,
        To = FuzzReceiver.Key.NodeId,
        Term = number,
        Leader = random.Next(2) == 0 ? new NodeId("n3") : (NodeId?)null,
        ListsReceiver = random.Next(2) == 0,
        Values = [.. Enumerable.Range(0, random.Next(5)).Select(option => new SetupValue($"Option{option}", $"{random.Next(1_000)}"))],
    };

    private static AppendEntriesReplyMessage CreateReply(MessageOrigin origin, NodeId from, long number) => new()
    {
        Origin = origin,
        From = from,
        To = FuzzReceiver.Key.NodeId,
        Term = number,
        Success = true,
        PrevLogIndex = number,
        LastIndex = number,
        AppliedIndex = number - 1,
    };

    private static InstallSnapshotMessage CreateChunk(Random random, MessageOrigin origin, NodeId from, long number) => new()
    {
        Origin = origin,
        From = from,
        To = FuzzReceiver.Key.NodeId,
        Term = number,
        LastIncludedIndex = number,
        LastIncludedTerm = 2,
        Checksum = new UInt128(1, 2),
        Length = 1 << 20,
        Offset = 0,
        Data = Data(random, SizeOf(random)),
    };

    private static InstallSnapshotReplyMessage CreateChunkReply(Random random, MessageOrigin origin, NodeId from, long number)
    {
        SnapshotReplyReason[] reasons = Enum.GetValues<SnapshotReplyReason>();
        return new InstallSnapshotReplyMessage
        {
            Origin = origin,
            From = from,
            To = FuzzReceiver.Key.NodeId,
            Term = number,
            LastIncludedIndex = number,
            LastIncludedTerm = 2,
            Checksum = new UInt128(1, 2),
            NextOffset = number,
            Reason = reasons[random.Next(reasons.Length)],
        };
    }

    private static LogEntry[] CreateEntries(Random random, long term)
    {
        LogEntry[] entries = new LogEntry[random.Next(1, 30)];
        for (int i = 0; i < entries.Length; i++)
        {
            entries[i] = new LogEntry(term, EntryKind.Command, Data(random, SizeOf(random) / 8), DateTimeOffset.UnixEpoch);
        }

        return entries;
    }

    private static Guid NewGuid(Random random) => new(Data(random, 16));

    private static int SizeOf(Random random) => random.Next(20) switch
    {
        0 => random.Next(100_000),
        < 5 => random.Next(8_000),
        _ => random.Next(300),
    };

    private static byte[] Data(Random random, int size)
    {
        byte[] data = new byte[size];
        random.NextBytes(data);
        return data;
    }

    private static byte[] Control(bool hasChecksums, FrameKind kind, byte[] payload)
    {
        using FrameWriter writer = new(hasChecksums);
        writer.Write(kind, payload);
        return Join(writer);
    }

    private static byte[] Message(bool hasChecksums, RaftMessage message)
    {
        using FrameWriter writer = new(hasChecksums);
        writer.Write(message);
        return Join(writer);
    }

    private static byte[] Join(FrameWriter writer)
    {
        byte[] bytes = new byte[writer.Length];
        int position = 0;
        foreach (ArraySegment<byte> segment in writer.GetSegments())
        {
            segment.AsSpan().CopyTo(bytes.AsSpan(position));
            position += segment.Count;
        }

        return bytes;
    }
}
