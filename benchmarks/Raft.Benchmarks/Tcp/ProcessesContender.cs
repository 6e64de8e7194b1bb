using System.Net;
using Raft.Benchmarks.Contenders;

namespace Raft.Benchmarks.Tcp;

/// <summary>Three processes with a node each, over TCP, with their logs in files. The leader and the proposers are in this one.</summary>
internal sealed class ProcessesContender(string folder) : Contender<Committed>
{
    private const int Nodes = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _recovery = new(1);
    private readonly CountingMachine _machine = new();
    private readonly List<ChildProcess> _others = [];
    private RaftNode? _node;
    private Task _running = Task.CompletedTask;

    public override string Name => "processes";

    public override string Description =>
        "Raft.Core over TcpTransport on the loopback, three processes with their logs in files; the proposers are in the leader's process";

    /// <summary>The CPU time that the other processes have used.</summary>
    public TimeSpan CpuOfOthers => TimeSpan.FromTicks(_others.Sum(static other => other.Cpu.Ticks));

    public override Task StartAsync()
    {
        IPEndPoint[] endPoints = FreePorts.Find(Nodes);
        List<RaftMember> members = TcpContenders.MembersAt(endPoints);
        for (int position = 1; position < Nodes; position++)
        {
            NodeId id = ChildNode.NodeAt(position);
            _others.Add(ChildProcess.Start(id, FolderOf(id), members));
        }

        NodeId own = ChildNode.NodeAt(0);
        _node = ChildNode.Create($"{own}", FolderOf(own), members, _machine);
        _running = _node.RunAsync(_stopping.Token);
        return RecoverAsync();
    }

    public override async Task<string?> FindDifferenceAsync()
    {
        using CancellationTokenSource giveUp = new(Patience);
        while (_node!.Status is var status && status.AppliedIndex < status.LastIndex)
        {
            await Task.Delay(1, giveUp.Token);
        }

        string own = ChildNode.Describe(_node, _machine);
        foreach (ChildProcess other in _others)
        {
            string state = await other.RequestAsync(ChildNode.StateRequest);
            while (state != own && !giveUp.IsCancellationRequested)
            {
                await Task.Delay(10);
                state = await other.RequestAsync(ChildNode.StateRequest);
            }

            if (state != own)
            {
                return $"the leader has {own}, and another process has {state}";
            }
        }

        return null;
    }

    public override async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        foreach (ChildProcess other in _others)
        {
            await other.DisposeAsync();
        }

        if (_node is not null)
        {
            await _node.DisposeAsync();
        }

        _stopping.Dispose();
        _recovery.Dispose();
    }

    protected override ValueTask<Committed> ProposeAsync(byte[] command) => _node!.ProposeAsync(new ReadOnlyMemory<byte>(command));

    protected override bool IsWorthRepeating(Exception failure) =>
        failure is (ProposalRefusedException and not CommandTooLargeException) or OutcomeUnknownException;

    /// <summary>Waits until the node of this process leads, and asks the others to hand leadership over.</summary>
    protected override async Task RecoverAsync()
    {
        await _recovery.WaitAsync();
        try
        {
            using CancellationTokenSource giveUp = new(Patience);
            while (await _node!.WaitForLeaderAsync(giveUp.Token) is var leader && leader != _node.Id)
            {
                await Task.WhenAll(_others.Select(static other => other.RequestAsync(ChildNode.TransferRequest)))
                    .WaitAsync(giveUp.Token);
                await Task.Delay(100, giveUp.Token);
            }
        }
        finally
        {
            _recovery.Release();
        }
    }

    private string FolderOf(NodeId id) => Path.Combine(folder, $"{id}");
}
