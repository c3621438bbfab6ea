"""What a laptop needs instead of infrastructure: the servers the pipeline talks to.

May live here: small servers and supervisors for laptops and tests. May not: anything the services
import, or anything meant to run in production. The services never know whether a server is embedded
or real.
"""
