// A cluster of three processes over a transport that is not part of the library. See UdpTransport.cs.
//
//   dotnet run --project samples/CustomTransport            two processes replicate strings, a third one starts late
//   dotnet run --project samples/CustomTransport -- n1      one node; start n2 and n3 in two more terminals, and type
//
// Nodes listen on 127.0.0.1, ports 5001 to 5003. For other addresses, list all nodes, the same on each:
//
//   dotnet run --project samples/CustomTransport -- n1 n1=127.0.0.1:6001 n2=127.0.0.1:6002 n3=127.0.0.1:6003

using System.Net;
using CustomTransport;
using Raft;

string command = args.FirstOrDefault("demo");
string[] addresses = args.Length > 1 ? args[1..] : ["n1=127.0.0.1:5001", "n2=127.0.0.1:5002", "n3=127.0.0.1:5003"];
List<RaftMember> members = [];
foreach (string[] parts in addresses.Select(address => address.Split('=', 2)))
{
    if (parts.Length != 2 || !IPEndPoint.TryParse(parts[1], out _))
    {
        return Fail($"'{string.Join('=', parts)}' is not the address of a node. Use the form n1=127.0.0.1:5001.");
    }

    members.Add(new RaftMember(parts[0], parts[1]));
}

if (command == "demo")
{
    return await Demonstration.RunAsync(args.Length > 1 ? members : null);
}

RaftMember? self = members.Find(member => member.Id == command);
if (self is null)
{
    return Fail($"There is no node '{command}'. Use 'demo' or one of: {string.Join(", ", members.Select(member => member.Id))}.");
}

try
{
    await NodeProcess.RunAsync(self, members);
    return 0;
}
catch (RaftException exception)
{
    return Fail($"Node {self.Id} failed: {exception.Message}");
}

static int Fail(string message)
{
    Console.Error.WriteLine(message);
    return 1;
}
