using Raft.Storage.Files.Crash;

const int Failure = 1;
const int WrongArguments = 2;
const int Skipped = 77;

switch (args)
{
    case [StoreChildArguments.Command, ..]:
        return await new StoreChild(StoreChildArguments.Parse(args)).RunAsync();
    case [ClusterChild.Command, string folder, string life, string planted]:
        return await new ClusterChild(folder, life, Enum.Parse<Defect>(planted)).RunAsync();
}

if (Arguments.Parse(args) is not { } arguments)
{
    Console.Error.WriteLine(Arguments.Usage);
    return WrongArguments;
}

Console.WriteLine($"{arguments.Mode}, {arguments.Rounds} rounds, seed {arguments.Seed}, defect {arguments.Defect}");
DirectoryInfo work = Directory.CreateTempSubdirectory("raft-crash-");
string? problem = null;
try
{
    Console.WriteLine(await RunAsync(arguments, work.FullName));
}
catch (SkippedException exception)
{
    Console.WriteLine($"Skipped: {exception.Message}");
    return Skipped;
}
catch (Exception exception) when (exception is LostDataException or Raft.StorageCorruptedException)
{
    problem = exception.Message;
    Console.WriteLine(problem);
}
finally
{
    work.Delete(recursive: true);
}

if (arguments.Defect != Defect.None)
{
    Console.WriteLine(problem is null ? "The defect was not detected." : "The defect was detected.");
    return problem is null ? Failure : 0;
}

return problem is null ? 0 : Failure;

static async Task<string> RunAsync(Arguments arguments, string work)
{
    switch (arguments.Mode)
    {
        case "kill":
            KillRun kill = new(Path.Combine(work, "node"), arguments.Seed, arguments.Defect, Console.Out);
            await kill.RunAsync(arguments.Rounds);
            return $"{arguments.Rounds} kills, {kill.Found} calls, nothing acknowledged is lost";
        case "cluster":
            ClusterRun cluster = new(work, arguments.Seed, arguments.Defect, Console.Out);
            await cluster.RunAsync(arguments.Rounds);
            return $"{arguments.Rounds} kills, {cluster.Found} commands, nothing acknowledged is lost";
        case "power-loss":
            using (LoopDisk disk = new(work))
            {
                PowerLossRun powerLoss = new(disk, arguments.Seed, arguments.Defect, Console.Out);
                await powerLoss.RunAsync(arguments.Rounds);
                return $"{arguments.Rounds} losses of power, {powerLoss.Found} calls, nothing acknowledged is lost";
            }

        default:
            return await new OrderRun(work, arguments.Seed, arguments.Defect).RunAsync();
    }
}
