using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Raft;

internal static class Context
{
    public static void Configure(HostApplicationBuilder builder)
    {
// snippet
    }
}
