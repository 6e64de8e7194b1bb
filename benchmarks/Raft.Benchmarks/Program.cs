using Raft.Benchmarks;
using Raft.Benchmarks.Compare;
using Raft.Benchmarks.Disk;
using Raft.Benchmarks.Failover;
using Raft.Benchmarks.Histories;
using Raft.Benchmarks.Idle;
using Raft.Benchmarks.Micro;
using Raft.Benchmarks.Reads;
using Raft.Benchmarks.Scale;
using Raft.Benchmarks.Server;
using Raft.Benchmarks.Sustain;
using Raft.Benchmarks.Tcp;

if (args is [ChildNode.Verb, .. string[] nodeArguments])
{
    return await ChildNode.RunAsync(nodeArguments);
}

if (args is [BareService.Command, string url])
{
    return await BareService.RunAsync(url);
}

if (Arguments.Parse(args, out string error) is not { } arguments)
{
    Console.Error.WriteLine(error);
    Console.Error.WriteLine(Arguments.Usage);
    return 2;
}

return arguments.Command switch
{
    Command.Compare => await CompareCommand.RunAsync(arguments),
    Command.Micro => MicroCommand.Run(arguments.Rest),
    Command.Scale => await ScaleCommand.RunAsync(arguments),
    Command.Idle => await IdleCommand.RunAsync(arguments),
    Command.Failover => await FailoverCommand.RunAsync(arguments),
    Command.Histories => HistoriesCommand.Run(arguments),
    Command.Disk => await DiskCommand.RunAsync(arguments),
    Command.Tcp => await TcpCommand.RunAsync(arguments),
    Command.Reads => await ReadsCommand.RunAsync(arguments),
    Command.Server => await ServerCommand.RunAsync(arguments),
    _ => await SustainCommand.RunAsync(arguments),
};
