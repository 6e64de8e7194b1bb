// A cluster of three processes: logs in files, connections over TCP, and TLS if there are certificates. README.md has the commands.
//
//   dotnet run --project samples/ThreeProcesses                   starts three processes, kills the leader, and starts it again
//   dotnet run --project samples/ThreeProcesses -- --node n1      one node; start n2 and n3 in two more terminals, and type
//
// Options: --data DIR (default data), --certs DIR (the files of raft certs), and any option of the library, such as
// --Raft:Members:0=n1=10.0.0.1:7001 or --Raft:Tcp:KeepAliveInterval=00:00:01.

using Microsoft.Extensions.Configuration;
using Raft;
using ThreeProcesses;

IConfigurationRoot options = new ConfigurationBuilder().AddCommandLine(args).Build();
string data = options["data"] ?? "data";
string? certificates = options["certs"];

try
{
    return options["node"] is { } node
        ? await NodeProcess.RunAsync(node, data, certificates, args)
        : await Demonstration.RunAsync(data, certificates);
}
catch (Exception exception) when (exception is RaftException or Microsoft.Extensions.Options.OptionsValidationException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
